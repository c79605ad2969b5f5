import type { InstalledModel, ModelListing, ModelManifest } from '../src/contracts/model';
import detectNanodet from './detect-nanodet/manifest.json';
import detectYoloxNano from './detect-yolox-nano/manifest.json';
import detectYoloxS from './detect-yolox-s/manifest.json';
import detectYoloxTiny from './detect-yolox-tiny/manifest.json';
import embedOsnetVehicleReid0001 from './embed-osnet-vehicle-reid-0001/manifest.json';
import embedVehicleV0 from './embed-vehicle-v0/manifest.json';
import embedVehicleV1 from './embed-vehicle-v1/manifest.json';
import embedVehicleV2 from './embed-vehicle-v2/manifest.json';
import { readListing } from './read-manifest';

export { readInstalled, readListing } from './read-manifest';

/** Every model this version knows, in the order a person is shown them. */
export const LISTINGS: readonly ModelListing[] = [
  detectNanodet,
  detectYoloxNano,
  detectYoloxTiny,
  detectYoloxS,
  embedVehicleV2,
  embedVehicleV0,
  embedVehicleV1,
  embedOsnetVehicleReid0001,
].map(readListing);

/** Those whose weights come with the app. */
export const BUILT_IN_MODELS: readonly ModelManifest[] = LISTINGS.filter(
  (listing) => listing.download === null,
);

/** The detector used until a person chooses another. */
export const DEFAULT_DETECTOR_ID = 'detect-nanodet';

/** The embedder used until a person chooses another. */
export const DEFAULT_EMBEDDER_ID = 'embed-vehicle-v2';

/** A built-in model's manifest; undefined for any other id (a remembered choice may be old). */
export function modelById(id: string): ModelManifest | undefined {
  return BUILT_IN_MODELS.find((model) => model.id === id);
}

/** A listed model as it was installed: with the name, length and SHA-256 of the file that is there. */
export function installedManifest(listing: ModelListing, row: InstalledModel): ModelManifest {
  const { download: _download, ...rest } = listing;
  return { ...rest, file: row.file, sha256: row.sha256, bytes: row.bytes };
}
