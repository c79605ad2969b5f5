import { wrap, type Remote } from 'comlink';
import { deleteDB } from 'idb';
import type { NewResultSet, NewSession, VideoSegment } from '../../../src/contracts/session';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { SessionPlace } from '../../../src/storage/session-place';
import type { SessionHostApi } from './session-host.worker';

/** The result set of tests that have one. */
export const LIVE: NewResultSet = {
  id: 'live',
  label: 'live',
  madeUnixMs: 1_772_366_400_000,
  models: [],
  settings: { scoreThreshold: 0.35, classes: ['car'], thresholds: null },
};

/** A session as a recorder begins it; everything may be overridden. */
export function newSession(change: Partial<NewSession> = {}): NewSession {
  return {
    origin: 'recorded',
    title: '',
    kind: 'video',
    sourceKind: 'camera',
    sourceLabel: 'Front door',
    runId: 'run-1',
    cameras: [
      { cameraId: 'camera-1', label: 'Front door', widthPx: 1280, heightPx: 720, position: null },
    ],
    originUnixMs: 1_772_366_400_000,
    timeBase: 'wall',
    createdUnixMs: 1_772_366_400_000,
    appVersion: '1.2.3',
    masks: [],
    blur: { isPlateBlurred: false, isPersonBlurred: false },
    ...change,
  };
}

/** A segment of two seconds as it is told of once its part is closed. */
export function videoSegment(index: number, byteCount: number): VideoSegment {
  return {
    cameraId: 'camera-1',
    index,
    part: `video-0-${index}.mp4`,
    startUs: index * 2_000_000,
    endUs: index * 2_000_000 + 1_900_000,
    frameCount: 20,
    byteCount,
    mimeType: 'video/mp4',
    codec: 'avc1.42001f',
    offsetUs: 0,
  };
}

/** A writer in a worker of its own. */
export interface SessionHost {
  readonly worker: Worker;
  readonly remote: Remote<SessionHostApi>;
}

/** Databases and workers of tests, to be put away after each. */
export class SessionBench {
  readonly #workers: Worker[] = [];
  readonly #places: SessionPlace[] = [];
  #count = 0;

  /** A place no other test has. */
  place(): SessionPlace {
    this.#count += 1;
    const place = new SessionPlace(`sessions-test-${this.#count}-${crypto.randomUUID()}`);
    this.#places.push(place);
    return place;
  }

  async host(place: SessionPlace): Promise<SessionHost> {
    installErrorTransfer();
    const worker = new Worker(new URL('./session-host.worker.ts', import.meta.url), {
      type: 'module',
    });
    this.#workers.push(worker);
    const remote = wrap<SessionHostApi>(worker);
    await remote.open(place.database.name);
    return { worker, remote };
  }

  async clear(): Promise<void> {
    for (const worker of this.#workers.splice(0)) worker.terminate();
    for (const place of this.#places.splice(0)) {
      place.close();
      await deleteDB(place.database.name);
    }
    const root = await navigator.storage.getDirectory();
    await root.removeEntry('sessions', { recursive: true }).catch(() => undefined); // there may be none
  }
}
