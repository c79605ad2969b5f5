import type { ResultSet, SessionHeader, SessionId } from '../contracts/session';
import { AppError } from '../core/app-error';
import { encodeBlock } from '../core/session-format/encode-block';
import { findTear } from '../core/session-format/find-tear';
import { ResultsFile } from '../core/session-format/results-file';
import { ResultCounter, TimeSpan, TrackTracer } from './result-counter';
import type { SessionPlace } from './session-place';
import { cropsOf, getSession, segmentsOf } from './session-queries';
import { headerOf, type ResultFile, type SessionRow } from './session-rows';
import { tidySession } from './session-tidying';

/** Why a session ended that its writer did not finish. */
const INTERRUPTED = 'INTERRUPTED';

/** A result set as its file was found, and the file as it was left. */
interface Recovered {
  readonly set: ResultSet;
  readonly file: ResultFile;
  readonly counter: ResultCounter;
}

/**
 * Closes a session that its writer left behind, with all that was committed: cuts off what was not written to its end, tells of
 * tracks that were followed at that moment, counts again, removes files that no row tells of. One that is complete stays as it is. In a
 * worker; the caller holds the session's lock. Throws AppError STORAGE_*; RangeError when there is none.
 */
export async function recoverSession(place: SessionPlace, id: SessionId): Promise<SessionHeader> {
  const found = await place.database.read('read an interrupted session', async (transaction) => ({
    row: await getSession(transaction, id),
    segments: await segmentsOf(transaction, id),
    crops: await cropsOf(transaction, id),
  }));
  const { row, segments, crops } = found;
  if (!row) throw new RangeError(`Expected a session ${id}, found none`);
  if (!row.isOpen) return headerOf(row, false);
  const recovered: Recovered[] = [];
  for (const set of row.resultSets) {
    const file = row.resultFiles.find(({ resultSet }) => resultSet === set.id);
    if (file) recovered.push(await recoverResults(place, id, set, file));
  }
  const usedCrops = new Set(recovered.flatMap(({ counter }) => [...counter.cropParts]));
  const closed = await place.database.write('close an interrupted session', async (transaction) => {
    const kept = crops.filter(({ part }) => usedCrops.has(part));
    for (const { part } of crops)
      if (!usedCrops.has(part)) await transaction.objectStore('crops').delete([id, part]);
    // Read again: it may have been given a title meanwhile.
    const now = (await getSession(transaction, id)) ?? row;
    const next = { ...closedRow(now, recovered, segments), isTidy: false };
    const pictureBytes = [...kept, ...segments].reduce((sum, { byteCount }) => sum + byteCount, 0);
    const resultBytes = recovered.reduce((sum, { file }) => sum + file.byteCount, 0);
    const whole: SessionRow = { ...next, byteCount: pictureBytes + resultBytes };
    await transaction.objectStore('sessions').put(whole);
    return whole;
  });
  await tidySession(place, id);
  return headerOf(closed, false);
}

function closedRow(
  row: SessionRow,
  recovered: readonly Recovered[],
  segments: readonly { startUs: number; endUs: number; frameCount: number }[],
): SessionRow {
  const span = new TimeSpan();
  for (const { startUs, endUs } of segments) span.include(startUs, endUs);
  for (const { counter } of recovered) {
    const { range } = counter.span;
    if (range) span.include(range.startUs, range.endUs);
  }
  return {
    ...row,
    ...span.range,
    gaps: recovered[0]?.counter.gaps ?? [],
    resultSets: recovered.map(({ set, counter }) => ({ ...set, ...counter.counts })),
    resultFiles: recovered.map(({ file }) => file),
    videoFrameCount: segments.reduce((sum, { frameCount }) => sum + frameCount, 0),
    endedBecause: INTERRUPTED,
    isOpen: false,
  };
}

async function recoverResults(
  place: SessionPlace,
  id: SessionId,
  set: ResultSet,
  { fileName, resultSet }: ResultFile,
): Promise<Recovered> {
  const file = (await place.files.read(id, fileName)) ?? new Blob();
  const counter = new ResultCounter();
  const tracer = new TrackTracer();
  const byteCount = file.size;
  let end: number;
  let blockCount: number;
  try {
    end = await findTear(file);
    const whole = new ResultsFile(file.slice(0, end));
    for await (const event of whole.events()) {
      counter.add(event);
      if (event.type === 'frame') tracer.add(event.frame);
    }
    blockCount = (await whole.index()).blocks.length;
  } catch (error) {
    // Damaged in the middle: nothing is cut, so that no more is lost; who opens the session is told which block.
    if (!(error instanceof AppError && error.code === 'SESSION_DAMAGED')) throw error;
    return { set, counter, file: { resultSet, fileName, byteCount } };
  }
  const tracks = tracer.untold((trackId) => counter.hasTrack(trackId));
  const events = tracks.map((track) => ({ type: 'track' as const, track }));
  const last = events.length > 0 ? encodeBlock(events, blockCount) : new Uint8Array();
  const output = await place.files.open(id, fileName);
  try {
    output.truncate(end);
    output.write(last, end);
    output.flush();
  } finally {
    output.close();
  }
  for (const event of events) counter.add(event);
  return { set, counter, file: { resultSet, fileName, byteCount: end + last.length } };
}
