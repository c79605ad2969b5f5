import type { SightingId, VehicleId } from '../contracts/match';
import type {
  ResultSet,
  SessionEvent,
  SessionId,
  SessionRemoval,
  SessionSighting,
} from '../contracts/session';
import { AppError } from '../core/app-error';
import { ResultsFile } from '../core/session-format/results-file';
import { ResultPart } from './result-part';
import { footprintOf, sightingsWithin, type Footprint } from './same-vehicle';
import type { SessionPlace } from './session-place';
import { cropsOf, getSession, segmentsOf, sessionsWithVehicle } from './session-queries';
import { recoverSession } from './session-recovery';
import { addRemovals, expectUnlocked, NO_REMOVAL, whileLocked } from './session-removal';
import type { ResultFile, SessionRow } from './session-rows';
import { tidySession } from './session-tidying';

/** A result set as it is stored. */
interface StoredResults {
  readonly set: ResultSet;
  readonly file: ResultFile;
  readonly source: ResultsFile;
}

/** A result set without the vehicle. */
interface Rewritten {
  readonly set: ResultSet;
  readonly file: ResultFile;
  /** Pictures that sightings still have. */
  readonly cropParts: ReadonlySet<string>;
}

/**
 * Removes a vehicle's sightings, descriptors and pictures from all sessions, and its name from the evidence of other sightings, in a worker; in
 * further analyses, which name vehicles anew, what was seen in the same place.
 * Boxes of its tracks stay: they tell where something was, not what. So does video, and those sessions are told. Throws AppError
 * SESSION_IN_USE, before anything is removed, when one of the sessions is being written; SESSION_DAMAGED for results that cannot be read
 * (the session can only be removed as a whole); STORAGE_*.
 */
export async function forgetVehicle(
  place: SessionPlace,
  vehicleId: VehicleId,
): Promise<SessionRemoval & { readonly sessionsWithVideo: readonly SessionId[] }> {
  const ids = await place.database.read('look for a vehicle', (transaction) =>
    sessionsWithVehicle(transaction, vehicleId),
  );
  await expectUnlocked(place, ids);
  let removal = NO_REMOVAL;
  const sessionsWithVideo: SessionId[] = [];
  for (const id of ids) {
    const found = await whileLocked(place, id, () => forgetInSession(place, id, vehicleId));
    removal = addRemovals(removal, found.removal);
    if (found.hasVideo) sessionsWithVideo.push(id);
  }
  return { ...removal, sessionsWithVideo };
}

async function forgetInSession(place: SessionPlace, id: SessionId, vehicleId: VehicleId) {
  const isThere = await place.database.read('read a session', (transaction) =>
    transaction.objectStore('sessions').getKey(id),
  );
  if (isThere === undefined) return { removal: NO_REMOVAL, hasVideo: false };
  // An interrupted one is closed first: what is torn cannot be rewritten.
  await recoverSession(place, id);
  const { row, hasVideo } = await place.database.read('read a session', async (transaction) => ({
    row: await getSession(transaction, id),
    hasVideo: (await segmentsOf(transaction, id)).length > 0,
  }));
  if (!row) throw new AppError('SESSION_DAMAGED', `Expected the row of session ${id}, found none`);
  const stored = await openResults(place, row);
  const forgotten = await findForgotten(stored, vehicleId);
  const rewritten: Rewritten[] = [];
  for (const [index, results] of stored.entries())
    rewritten.push(
      await rewriteResults(place, id, results, vehicleId, forgotten[index] ?? new Set()),
    );
  const removal = await replaceResults(place, id, rewritten, vehicleId);
  await tidySession(place, id);
  return { removal, hasVideo };
}

async function openResults(
  place: SessionPlace,
  row: SessionRow,
): Promise<readonly StoredResults[]> {
  const stored: StoredResults[] = [];
  for (const set of row.resultSets) {
    const file = row.resultFiles.find(({ resultSet }) => resultSet === set.id);
    if (!file) continue;
    const blob = await place.files.read(row.id, file.fileName);
    if (!blob)
      throw new AppError('SESSION_DAMAGED', `Expected ${file.fileName}, found no such file`);
    stored.push({ set, file, source: new ResultsFile(blob) });
  }
  return stored;
}

/** Of each result set the sightings that are the vehicle's; an analysis that named it otherwise has them where the others have theirs. */
async function findForgotten(
  stored: readonly StoredResults[],
  vehicleId: VehicleId,
): Promise<readonly ReadonlySet<SightingId>[]> {
  const footprints: Footprint[] = [];
  const found: Set<SightingId>[] = [];
  for (const { source } of stored) {
    const sightings = await source.sightings();
    const own = sightings.filter((sighting) => sighting.vehicleId === vehicleId);
    found.push(new Set(own.map(({ id }) => id)));
    if (stored.length > 1) footprints.push(await footprintOf(source, own));
  }
  for (const [index, { source }] of stored.entries())
    for (const [otherIndex, footprint] of footprints.entries())
      if (otherIndex !== index)
        for (const id of await sightingsWithin(source, footprint)) found[index]?.add(id);
  return found;
}

/** Writes a file beside the old one, which counts until the row tells of the new one. */
async function rewriteResults(
  place: SessionPlace,
  id: SessionId,
  { set, file, source }: StoredResults,
  vehicleId: VehicleId,
  forgottenIds: ReadonlySet<SightingId>,
): Promise<Rewritten> {
  const fileName = nextFileName(file.fileName);
  const output = await place.files.open(id, fileName);
  try {
    const part = new ResultPart(output, fileName);
    await part.rewrite(source, (events) =>
      events.flatMap((event) => withoutVehicle(event, vehicleId, forgottenIds)),
    );
    return {
      set: { ...set, ...part.counter.counts },
      file: { resultSet: set.id, fileName, byteCount: part.byteCount },
      cropParts: part.counter.cropParts,
    };
  } finally {
    output.close();
  }
}

/** One transaction: before it all is as it was, after it the vehicle is gone. */
function replaceResults(
  place: SessionPlace,
  id: SessionId,
  rewritten: readonly Rewritten[],
  vehicleId: VehicleId,
): Promise<SessionRemoval> {
  return place.database.write('forget a vehicle', async (transaction) => {
    const row = await getSession(transaction, id);
    if (!row) return NO_REMOVAL;
    const crops = await cropsOf(transaction, id);
    const dropped = crops.filter(({ part }) =>
      rewritten.every(({ cropParts }) => !cropParts.has(part)),
    );
    for (const { part } of dropped) await transaction.objectStore('crops').delete([id, part]);
    await transaction.objectStore('sessionVehicles').delete([id, vehicleId]);
    const removal: SessionRemoval = {
      ...NO_REMOVAL,
      cropCount: dropped.length,
      sightingCount: sightingsIn(row.resultSets) - sightingsIn(rewritten.map(({ set }) => set)),
      byteCount:
        bytesOf(dropped) + bytesOf(row.resultFiles) - bytesOf(rewritten.map(({ file }) => file)),
    };
    await transaction.objectStore('sessions').put({
      ...row,
      resultSets: rewritten.map(({ set }) => set),
      resultFiles: rewritten.map(({ file }) => file),
      byteCount: row.byteCount - removal.byteCount,
      isTidy: false,
    });
    return removal;
  });
}

/**
 * What is left of an event. A sighting that was this vehicle's at any time loses what was told of it then; one that is its in the end
 * goes with all that was ever told of it, since its descriptor is the vehicle's whatever it was taken for.
 */
function withoutVehicle(
  event: SessionEvent,
  vehicleId: VehicleId,
  forgottenIds: ReadonlySet<SightingId>,
): readonly SessionEvent[] {
  if (event.type !== 'sighting') return [event];
  const { sighting } = event;
  if (sighting.vehicleId === vehicleId || forgottenIds.has(sighting.id)) return [];
  return [{ type: 'sighting', sighting: withoutCandidate(sighting, vehicleId) }];
}

function withoutCandidate(sighting: SessionSighting, vehicleId: VehicleId): SessionSighting {
  const { decision } = sighting;
  const candidates = decision.candidates.filter((each) => each.vehicleId !== vehicleId);
  return candidates.length === decision.candidates.length
    ? sighting
    : { ...sighting, decision: { ...decision, candidates } };
}

/** `results-live.rsl`, `results-live.1.rsl`, `results-live.2.rsl`, ...: ids of result sets have no points. */
function nextFileName(fileName: string): string {
  const [stem = '', rewriting = '0'] = fileName.replace(/\.rsl$/, '').split('.');
  return `${stem}.${Number(rewriting) + 1}.rsl`;
}

function sightingsIn(sets: readonly ResultSet[]): number {
  return sets.reduce((sum, { sightingCount }) => sum + sightingCount, 0);
}

function bytesOf(parts: readonly { readonly byteCount: number }[]): number {
  return parts.reduce((sum, { byteCount }) => sum + byteCount, 0);
}
