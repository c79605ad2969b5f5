import type { VehicleClass } from '../../contracts/detection';
import type { ImportOutcome } from '../../contracts/export';
import type {
  NewSession,
  SessionBox,
  SessionSighting,
  SessionTrack,
} from '../../contracts/session';
import { ResultsCheck } from './check-results';
import { EventBlocks } from './event-blocks';
import { expectRoom, refused, writeSession, type ImportTask } from './import-tools';
import { readMotText, type MotRow, type MotText } from './mot-rows';
import { openMotVideo, type MotVideo } from './mot-video';

/** The only camera and the only analysis there are. */
const CAMERA_ID = 'video';
const RESULT_SET = 'imported';

/** What a track is taken for where the text does not say. */
const ASSUMED_CLASS: VehicleClass = 'car';

/**
 * Reads the results of a tracker as MOTChallenge text, with the video they are of: frame n is the n-th picture of the video. What had to be
 * assumed is told in the notes. Throws AppError IMPORT_REFUSED, which names the line, STORAGE_*; AbortError; nothing remains then.
 */
export async function importMot(text: File, video: File, task: ImportTask): Promise<ImportOutcome> {
  // The text becomes less than half as long.
  await expectRoom(task, video.size + text.size / 2);
  const results = await readMotText(text, task);
  const opened = await openMotVideo(video, task.signal);
  try {
    expectPictures(results, opened, text.name);
    return await writeSession(task, newSession(task, video, opened), async (writer) => {
      await writer.beginResultSet({
        id: RESULT_SET,
        label: text.name.slice(0, 200),
        madeUnixMs: task.tools.nowUnixMs(),
        models: [],
        settings: {
          scoreThreshold: 0,
          classes: ['car', 'motorcycle', 'bus', 'truck'],
          thresholds: null,
        },
      });
      await writeResults(results, opened, text.name, new EventBlocks(writer, RESULT_SET), task);
      await opened.copyTo(writer, CAMERA_ID, task.tell, task.signal);
      return { notes: notesOf(results, opened), endedBecause: null };
    });
  } finally {
    opened.close();
  }
}

function expectPictures({ rows, lastFrame }: MotText, { timesUs }: MotVideo, file: string): void {
  if (lastFrame <= timesUs.length) return;
  const [row] = rows.get(lastFrame)?.values() ?? [];
  throw refused(
    { file, line: row?.line ?? null },
    `frames up to ${timesUs.length}, the number of pictures in the video`,
    `frame ${lastFrame}: the text belongs to another video`,
  );
}

function newSession({ tools }: ImportTask, video: File, opened: MotVideo): NewSession {
  const label = video.name.slice(0, 200);
  const { widthPx, heightPx } = opened;
  return {
    origin: 'imported',
    title: '',
    kind: 'video',
    sourceKind: 'file',
    sourceLabel: label,
    runId: crypto.randomUUID(),
    cameras: [{ cameraId: CAMERA_ID, label, widthPx, heightPx, position: null }],
    originUnixMs: tools.nowUnixMs(),
    timeBase: 'media',
    createdUnixMs: tools.nowUnixMs(),
    appVersion: tools.appVersion,
    masks: [],
    blur: { isPlateBlurred: false, isPersonBlurred: false },
  };
}

/** Every picture becomes a frame, those without boxes too: the results say that nothing was there. */
async function writeResults(
  { rows }: MotText,
  { timesUs, widthPx, heightPx }: MotVideo,
  file: string,
  blocks: EventBlocks,
  { signal }: ImportTask,
): Promise<void> {
  const camera = { cameraId: CAMERA_ID, label: file, widthPx, heightPx, position: null };
  const check = new ResultsCheck([camera]);
  const tracks = new TrackBook();
  for (const [place, captureTimeUs] of timesUs.entries()) {
    signal.throwIfAborted();
    const found = [...(rows.get(place + 1)?.values() ?? [])];
    const event = {
      type: 'frame',
      frame: { cameraId: CAMERA_ID, captureTimeUs, boxes: found.map(boxOf) },
    } as const;
    check.add(event, { file, line: found[0]?.line ?? null });
    for (const row of found) tracks.add(row, captureTimeUs);
    await blocks.add(event);
  }
  for (const [track, sighting] of tracks.all()) {
    await blocks.add({ type: 'track', track });
    await blocks.add({ type: 'sighting', sighting });
  }
  await blocks.flush();
}

function boxOf({ trackId, left, top, widthPx, heightPx, score, vehicleClass }: MotRow): SessionBox {
  return {
    trackId,
    state: 'confirmed',
    vehicleClass: vehicleClass ?? ASSUMED_CLASS,
    box: { x1: left, y1: top, x2: left + widthPx, y2: top + heightPx },
    // Without a score it was still detected.
    score: score ?? 1,
  };
}

/** Tracks as they come together from their boxes. */
class TrackBook {
  readonly #tracks = new Map<number, SessionTrack>();

  add({ trackId, vehicleClass }: MotRow, timeUs: number): void {
    const before = this.#tracks.get(trackId);
    this.#tracks.set(trackId, {
      trackId,
      cameraId: CAMERA_ID,
      vehicleClass: before?.vehicleClass ?? vehicleClass ?? ASSUMED_CLASS,
      firstSeenUs: before?.firstSeenUs ?? timeUs,
      lastSeenUs: timeUs,
      hitCount: (before?.hitCount ?? 0) + 1,
    });
  }

  /** Each track is a vehicle of its own, numbered as in the text. */
  *all(): Generator<readonly [SessionTrack, SessionSighting]> {
    for (const track of this.#tracks.values()) yield [track, sightingOf(track)];
  }
}

function sightingOf(track: SessionTrack): SessionSighting {
  const vehicleId = crypto.randomUUID();
  const { trackId, cameraId, vehicleClass, firstSeenUs, lastSeenUs, hitCount } = track;
  return {
    id: crypto.randomUUID(),
    vehicleId,
    vehicleNumber: trackId,
    vehicleClass,
    cameraId,
    trackIds: [trackId],
    startUs: firstSeenUs,
    endUs: lastSeenUs,
    hitCount,
    decision: {
      outcome: 'unidentifiable',
      vehicleId,
      vehicleNumber: trackId,
      similarity: null,
      thresholds: { accept: 1, keep: 1 },
      requiredSimilarity: null,
      candidates: [],
      cropTimesUs: [],
      revisionCount: 0,
    },
    cropPart: null,
    descriptor: null,
  };
}

function notesOf(text: MotText, { timesUs }: MotVideo): readonly string[] {
  return [
    `Frame n of the text was taken for the n-th of the ${timesUs.length} pictures in the video.`,
    'Each id of the text was taken for a vehicle of its own.',
    ...(text.hasClasses
      ? []
      : [`The text names no classes: all were taken for ${ASSUMED_CLASS}s.`]),
    ...(text.hasScores ? [] : ['The text has no scores: all boxes were given 1.']),
    ...(text.clampedCount > 0 ? [`${text.clampedCount} scores above 1 were taken for 1.`] : []),
    ...(text.leftOutCount > 0
      ? [`${text.leftOutCount} boxes were left out: no vehicles, or marked as not to count.`]
      : []),
  ];
}
