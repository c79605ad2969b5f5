import { expose, transfer } from 'comlink';
import type { CropSinkApi, IdentityApi } from '../src/contracts/worker-api';
import { encodePicture } from '../src/stages/embed/crop-pixels';
import { openEmbedder } from '../src/stages/embed/open-embedder';
import { embedStoredPicture } from '../src/stages/identity/stored-picture';
import { IdentityService } from '../src/stages/identity/identity-service';
import { GalleryStore } from '../src/storage/gallery-store';
import { installErrorTransfer } from '../src/runtime/rpc-errors';

installErrorTransfer();

const service = new IdentityService({
  openStore: (databaseName) => GalleryStore.open(databaseName),
  openEmbedder,
  embedPicture: embedStoredPicture,
  encodePicture,
  schedule: (callback, delayMs) => setTimeout(callback, delayMs),
  createId: () => crypto.randomUUID(),
  nowMs: () => performance.now(),
  nowUnixMs: () => Date.now(),
});

let perceptionPort: MessagePort | null = null;

const api: IdentityApi = {
  openGallery: (databaseName) => service.openGallery(databaseName),
  configure: (config) => service.configure(config),
  setThresholds: (thresholds, pairThresholds) => {
    service.setThresholds(thresholds, pairThresholds);
  },
  gallerySpace: () => service.gallerySpace(),
  reembed: (config) => service.reembed(config),
  setReembeddingPaused: (isPaused) => {
    service.setReembeddingPaused(isPaused);
  },
  cancelReembedding: () => service.cancelReembedding(),
  pairSet: async () => {
    const pairs = await service.pairSet();
    return transfer(pairs, [pairs.vectors.buffer]);
  },
  confirmPair: (pair) => service.confirmPair(pair),
  takeBackPair: (sightings) => service.takeBackPair(sightings),
  confirmedPairs: (sightingId) => service.confirmedPairs(sightingId),
  setAdaptation: (adaptation) => service.setAdaptation(adaptation),
  connectPerception: (port) => {
    perceptionPort?.close();
    perceptionPort = port;
    const sink: CropSinkApi = service.sink;
    expose(sink, port);
  },
  subscribe: (listener) => {
    service.subscribe(listener);
  },
  listVehicles: (range) => service.listVehicles(range),
  vehicle: (id) => service.vehicle(id),
  crop: (cropId) => service.crop(cropId),
  forgetVehicle: (id) => service.forgetVehicle(id),
  deleteEverything: () => service.deleteEverything(),
  setRetention: (policy) => service.setRetention(policy),
  usage: () => service.usage(),
  timings: () => service.timings(),
  livingSightings: () => service.livingSightings(),
  finishRun: () => service.finishRun(),
};

expose(api);
