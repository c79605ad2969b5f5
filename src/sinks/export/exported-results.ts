import type { ExportRequest } from '../../contracts/export';
import type {
  SessionBox,
  SessionFrame,
  SessionReader,
  SessionSighting,
  SessionTrack,
  TimeRange,
} from '../../contracts/session';
import type { TrackId } from '../../contracts/track';
import { Breathing } from './breathing';

/** Progress is told when it has grown by this: the screen shows no finer steps. */
const PROGRESS_STEP = 0.005;

/** What of a session's results an export is made of; which those are is said in README.md beside this file. */
export interface ExportedResults {
  /** In order of their first time. */
  readonly tracks: readonly SessionTrack[];
  /** In order of their first time. */
  readonly sightings: readonly SessionSighting[];
  /** The sighting that a track belongs to, of those in the export. */
  readonly sightingOf: ReadonlyMap<TrackId, SessionSighting>;
  /** Whether a box belongs to a vehicle: those of tracks that never became one do not. */
  isCounted(box: SessionBox): boolean;
}

/** Progress through a stretch of time; the callback hears [0, 1], rising, and not for every frame. */
export class TimeProgress {
  readonly #span: TimeRange;
  readonly #tell: (fraction: number) => void;
  readonly #from: number;
  readonly #to: number;
  #told: number;

  /** `part`: where within the whole export this stretch lies, for formats that read results twice. */
  constructor(
    span: TimeRange,
    tell: (fraction: number) => void,
    part: { readonly from: number; readonly to: number } = { from: 0, to: 1 },
  ) {
    this.#span = span;
    this.#tell = tell;
    this.#from = part.from;
    this.#to = part.to;
    this.#told = part.from;
  }

  reach(timeUs: number): void {
    const { startUs, endUs } = this.#span;
    const share = endUs > startUs ? Math.min(1, (timeUs - startUs) / (endUs - startUs)) : 1;
    const fraction = this.#from + share * (this.#to - this.#from);
    if (fraction - this.#told < PROGRESS_STEP) return;
    this.#told = fraction;
    this.#tell(fraction);
  }

  finish(): void {
    this.#tell(this.#to);
  }
}

/** The stretch of a session that a request asks for. */
export function spanOf(session: SessionReader, request: ExportRequest): TimeRange {
  const { startUs, endUs } = session.header;
  if (request.range === null) return { startUs, endUs };
  return {
    startUs: Math.max(startUs, request.range.startUs),
    endUs: Math.min(endUs, request.range.endUs),
  };
}

/** Reads the tracks and sightings that reach into the request's range; each is told whole. */
export async function readResults(
  session: SessionReader,
  request: ExportRequest,
): Promise<ExportedResults> {
  const all = await session.tracks(request.resultSet);
  const knownIds = new Set(all.map(({ trackId }) => trackId));
  const tracks = all.filter(({ firstSeenUs, lastSeenUs }) =>
    reaches(firstSeenUs, lastSeenUs, request.range),
  );
  const sightings = (await session.sightings(request.resultSet)).filter(({ startUs, endUs }) =>
    reaches(startUs, endUs, request.range),
  );
  const sightingOf = new Map<TrackId, SessionSighting>();
  for (const sighting of sightings) {
    for (const trackId of sighting.trackIds) sightingOf.set(trackId, sighting);
  }
  return {
    // Sorted here as well, so that equal times come out alike whoever stored them.
    tracks: [...tracks].sort((a, b) => a.firstSeenUs - b.firstSeenUs || a.trackId - b.trackId),
    sightings: [...sightings].sort((a, b) => a.startUs - b.startUs || compareText(a.id, b.id)),
    sightingOf,
    // A track whose end was never stored, as after a crash, still was a vehicle from its first confirmed box on.
    isCounted: (box) => box.state !== 'tentative' || knownIds.has(box.trackId),
  };
}

/** The request's frames in order of time. Throws what `signal` aborts with. */
export async function* framesOf(
  session: SessionReader,
  request: ExportRequest,
  progress: TimeProgress,
  signal: AbortSignal,
): AsyncGenerator<SessionFrame> {
  const breathing = new Breathing();
  for await (const frame of session.frames(request.resultSet, request.range)) {
    if (breathing.isDue) await breathing.pause();
    signal.throwIfAborted();
    yield frame;
    progress.reach(frame.captureTimeUs);
  }
  progress.finish();
}

function reaches(startUs: number, endUs: number, range: TimeRange | null): boolean {
  return range === null || (startUs <= range.endUs && endUs >= range.startUs);
}

/** By code unit: the same order on every device, whatever its language. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
