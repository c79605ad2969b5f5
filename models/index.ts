import type { ModelManifest } from '../src/contracts/model';
import detectNanodet from './detect-nanodet/manifest.json';
import embedVehicleV0 from './embed-vehicle-v0/manifest.json';
import { readManifest } from './read-manifest';

/** Every model the app may load, in the order a person is shown them. */
export const MODELS: readonly ModelManifest[] = [detectNanodet, embedVehicleV0].map(readManifest);

/** The detector used until a person chooses another. */
export const DEFAULT_DETECTOR_ID = 'detect-nanodet';

/** The embedder used until a person chooses another. */
export const DEFAULT_EMBEDDER_ID = 'embed-vehicle-v0';

/** The model's manifest; undefined for an id this version of the app does not know (a remembered choice may be old). */
export function modelById(id: string): ModelManifest | undefined {
  return MODELS.find((model) => model.id === id);
}
