import { BUILT_IN_MODELS } from '../models';
import exportWorkerUrl from '../workers/export.worker?worker&url';
import streetWorkerUrl from '../workers/street.worker?worker&url';
import type { BackendChoice } from './contracts/model';
import type { FrameTruth, StreetFrameRequest, StreetScenePlan } from './contracts/street';
import { runtimeFileNames, runtimeFlavour } from './core/runtime-files';
import { readHeadlessOptions, type HeadlessRunOptions } from './headless/options';
import { createLearnAdaptation } from './runtime/adaptation-client';
import { ResightController } from './runtime/analysis-controller';
import { AppUpdates } from './runtime/app-updates';
import type { KeyValueStore } from './runtime/backend-memory';
import { BackendSelector } from './runtime/backend-selector';
import type { ControllerParts } from './runtime/controller-parts';
import { readDeviceFacts } from './runtime/device-facts';
import { Emitter } from './runtime/emitter';
import { Engine, type EngineParts } from './runtime/engine';
import { IdentityClient } from './runtime/identity-client';
import { ModelCatalogue } from './runtime/model-catalogue';
import { ModelProbe } from './runtime/model-probe';
import { DeviceModelShelf } from './runtime/model-shelf';
import { PerceptionClient } from './runtime/perception-client';
import { ProviderTrust } from './runtime/provider-trust';
import { Recognition } from './runtime/recognition';
import { RunRecorder } from './runtime/recording';
import { Reembedder } from './runtime/reembedder';
import { ExportClient } from './runtime/export-client';
import { SessionAnalysis } from './runtime/session-analysis';
import type { SessionJobParts } from './runtime/session-analysis-job';
import { SessionLibrary } from './runtime/session-library';
import { SettingsKeeper } from './runtime/settings-keeper';
import { StreetClient } from './runtime/street-client';
import { EndpointSync } from './runtime/sync-client';
import { listCameras, onCamerasChanged } from './sources/camera-devices';
import { CameraSource } from './sources/camera-source';
import { OwnModels } from './storage/own-models';

/*
 * Composition root: the one place where the parts are made and joined. Everything else gets what it
 * needs handed to it.
 */

const DATABASE_NAME = 'resight';
/** A gallery for each analysis of a session: a vehicle of a recording was not seen now, and does not belong among those that were. */
const SESSION_DATABASE_NAME = 'resight-session-analysis';

/** Where the app keeps what the workers load: absolute addresses of its own folders. */
const places = {
  modelBaseUrl: new URL('models/', document.baseURI).href,
  runtimeBaseUrl: new URL('ort/', document.baseURI).href,
};

const createPerceptionWorker = (): Worker =>
  new Worker(new URL('../workers/perception.worker.ts', import.meta.url), { type: 'module' });
const createIdentityWorker = (): Worker =>
  new Worker(new URL('../workers/identity.worker.ts', import.meta.url), { type: 'module' });
const createStreetWorker = (): Worker => new Worker(streetWorkerUrl, { type: 'module' });
const createAdaptationWorker = (): Worker =>
  new Worker(new URL('../workers/adaptation.worker.ts', import.meta.url), { type: 'module' });
const createRecordingWorker = (): Worker =>
  new Worker(new URL('../workers/recording.worker.ts', import.meta.url), { type: 'module' });
const createSessionKeeper = (): Worker =>
  new Worker(new URL('../workers/session-keeper.worker.ts', import.meta.url), { type: 'module' });
const createExportWorker = (): Worker => new Worker(exportWorkerUrl, { type: 'module' });
const createSyncWorker = (): Worker =>
  new Worker(new URL('../workers/sync.worker.ts', import.meta.url), { type: 'module' });
const createProbeWorker = (): Worker =>
  new Worker(new URL('../workers/probe.worker.ts', import.meta.url), { type: 'module' });

/** `localStorage` may be denied (private mode, policy): then nothing is remembered, and nothing fails. */
const deviceStore: KeyValueStore = {
  get: (key) => attempt(() => localStorage.getItem(key)) ?? null,
  set: (key, value) => attempt(() => localStorage.setItem(key, value)),
  remove: (key) => attempt(() => localStorage.removeItem(key)),
};

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined; // denied or full: see deviceStore
  }
}

/** The models, who may run them, what is learned about recognising with them, and what was recorded. */
function composeModels(options: HeadlessRunOptions | null) {
  const perception = new PerceptionClient(createPerceptionWorker);
  const identity = new IdentityClient(createIdentityWorker, DATABASE_NAME);
  const { runtimeBaseUrl } = places;
  const readFacts = readDeviceFacts;
  const settings = new SettingsKeeper(deviceStore);
  const trust = new ProviderTrust(deviceStore);
  const own = new OwnModels(
    (globalThis as Partial<Pick<typeof globalThis, 'caches'>>).caches, // hidden on plain http; the type does not tell
    document.baseURI,
  );
  const catalogue = new ModelCatalogue(places.modelBaseUrl, own);
  const probe = new ModelProbe(createProbeWorker, runtimeBaseUrl);
  const selector = new BackendSelector(
    (request, signal) => probe.measure(request, signal),
    deviceStore,
    readFacts,
    trust,
  );
  const { pins } = options ?? {};
  const shared = { perception, selector, catalogue, trust, readFacts, runtimeBaseUrl, pins };
  const engine = new Engine({ ...shared, identity });
  const recognition = new Recognition({
    identity,
    learn: createLearnAdaptation(createAdaptationWorker),
    store: deviceStore,
    settings: () => settings.current,
    updateSettings: (change) => {
      settings.update(change);
    },
  });
  const reembedder = new Reembedder({
    identity,
    catalogue,
    trust,
    settings,
    readFacts,
    runtimeBaseUrl,
    onSpaceChanged: () => recognition.refresh(),
  });
  const shelf = new DeviceModelShelf({
    catalogue,
    own,
    probe,
    trust,
    settings,
    reembedder,
    readFacts,
  });
  const sessions = new SessionLibrary({ createKeeper: createSessionKeeper, settings });
  const sync = new EndpointSync({
    createWorker: createSyncWorker,
    sessions,
    files: new ExportClient(createExportWorker),
    pairs: recognition,
  });
  const createWorker = createRecordingWorker;
  const recording = new RunRecorder({ createWorker, perception, identity, settings });
  const sessionAnalysis = composeSessionAnalysis({ ...shared, sessions, settings });
  return {
    settings,
    perception,
    identity,
    selector,
    engine,
    catalogue,
    shelf,
    recognition,
    sessions,
    sessionFiles: new ExportClient(createExportWorker),
    sync,
    sessionAnalysis,
    recording,
  };
}

/** What analyses sessions again: with the perception of runs, which are not on meanwhile, and a gallery of its own. */
function composeSessionAnalysis(
  shared: Omit<EngineParts, 'identity'> & Pick<SessionJobParts, 'sessions' | 'settings'>,
): SessionAnalysis {
  const identity = new IdentityClient(createIdentityWorker, SESSION_DATABASE_NAME);
  const { perception, catalogue, sessions, settings } = shared;
  return new SessionAnalysis({
    ...{ perception, catalogue, sessions, settings, identity },
    galleryName: SESSION_DATABASE_NAME,
    engine: new Engine({ ...shared, identity }),
    createRecorder: createRecordingWorker,
    // The demuxer again, see below.
    createPictures: async (choice) => {
      const { SessionSource } = await import('./sources/session-source');
      return new SessionSource(choice);
    },
  });
}

function compose(
  options: HeadlessRunOptions | null,
  streetTruth: Emitter<[FrameTruth]>,
): ControllerParts & ReturnType<typeof composeModels> {
  return {
    ...composeModels(options),
    listCameras,
    onCamerasChanged,
    createCameraSource: ({ camera }, previous) =>
      Promise.resolve(
        previous instanceof CameraSource ? previous.again() : new CameraSource(camera),
      ),
    // The demuxer is larger than the rest of the page: it comes when a file does.
    createFileSource: async (file) => {
      const { FileSource } = await import('./sources/file-source');
      return new FileSource(file, options?.file);
    },
    createStreetSource: async (choice) => {
      const { createStreetSource } = await import('./sources/street-source');
      const client = new StreetClient(createStreetWorker);
      const drawer = {
        open: (plan: StreetScenePlan) => client.open(plan),
        frame: (request: StreetFrameRequest) => client.frame(request),
        close: () => {
          client.dispose();
        },
      };
      // Measuring costs a second look at every picture: only where someone listens.
      const onTruth = (truth: FrameTruth): void => {
        streetTruth.emit(truth);
      };
      return createStreetSource(choice, drawer, streetTruth.hasListeners ? onTruth : undefined);
    },
  };
}

/** Everything a run with this backend loads, for keeping it on the device. */
function assetUrls(provider: BackendChoice['provider']): readonly string[] {
  return [
    ...BUILT_IN_MODELS.map(({ file }) => new URL(file, places.modelBaseUrl).href),
    new URL('installed.json', places.modelBaseUrl).href,
    ...runtimeFileNames(runtimeFlavour(provider)).map(
      (name) => new URL(name, places.runtimeBaseUrl).href,
    ),
  ];
}

/**
 * The app works offline once the shell, the models and the runtime in use are stored; so do the street once it ran and exports once something was recorded,
 * also when it was loaded before there was a service worker to store it.
 */
async function keepAssets(updates: AppUpdates, controller: ResightController): Promise<void> {
  const started = updates.start();
  const asked = new Set<string>();
  const keep = async (urls: readonly string[]): Promise<void> => {
    const fresh = urls.filter((url) => !asked.has(url));
    for (const url of fresh) asked.add(url);
    await started;
    if (fresh.length > 0) await updates.warmAssets(fresh);
  };
  // From the beginning: a run may be on before the service worker is.
  controller.onStatus(({ state, detector, source }) => {
    if (state !== 'running') return;
    if (detector?.backend.provider === 'webgpu') void keep(assetUrls('webgpu'));
    if (source?.kind === 'street') void keep([new URL(streetWorkerUrl, import.meta.url).href]);
  });
  // Who records will export, and may be without a network then.
  controller.recording.onStatus(({ state }) => {
    if (state !== 'recording') return;
    const worker = new URL(exportWorkerUrl, import.meta.url).href;
    void keep([worker, new URL('verify.html', document.baseURI).href]);
  });
  await keep(assetUrls('wasm'));
}

const headlessOptions = readHeadlessOptions(new URLSearchParams(location.search));
const streetTruth = new Emitter<[FrameTruth]>();
const parts = compose(headlessOptions, streetTruth);
const controller = new ResightController(parts);
addEventListener('pagehide', () => {
  parts.recording.leave();
});
if (headlessOptions) {
  controller.updateSettings(headlessOptions.settings);
  const { exposeHeadless } = await import('./headless/expose');
  exposeHeadless({
    controller,
    parts,
    streetTruth,
    createStreetClient: () => new StreetClient(createStreetWorker),
  });
}
if (!headlessOptions || headlessOptions.hasScreen) {
  const target = document.getElementById('app');
  if (!target) throw new Error('Expected an element with the id "app" in index.html, found none');
  const { mountApp } = await import('./ui/mount');
  const updates = new AppUpdates({ isBusy: () => controller.isBusy });
  mountApp(target, { controller, updates });
  void Promise.all([controller.shelf.refresh(), parts.recognition.refresh()]);
  // Where private files are denied there are no sessions either; whoever looks at them is told.
  const { sessions, sessionFiles, sessionAnalysis } = parts;
  const starting = [sessions.start(), sessionFiles.start(), sessionAnalysis.removeLeftovers()];
  void Promise.all(starting).catch(() => undefined);
  void keepAssets(updates, controller);
}
