import * as v from 'valibot';
import { countSchema, idSchema, unixMsSchema } from '../sync-api/fields';

/*
 * What a user corrected on one device, for the others. Every field that can be edited is a register: the last writer wins. Who was last is told by a
 * hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014): time of day where clocks agree, and never before an edit
 * the device had seen; devices' ids decide between the same times. So any order of merging, and merging twice, gives the same.
 */

/** When an edit was made, on the clock all devices share. */
const stampSchema = v.object({
  /** 0: found there when edits were first sent; every real edit is newer. */
  timeMs: unixMsSchema,
  /** Tells edits of the same millisecond apart. */
  counter: countSchema,
  deviceId: idSchema,
});
export type EditStamp = v.InferOutput<typeof stampSchema>;

const textSchema = v.pipe(v.string(), v.maxLength(1000));

/** The name of a session on all devices: see {@link sessionKeyOf}. */
const sessionSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(300));

export const editSchema = v.variant('what', [
  /** What the user said of two sightings, the lower id first. */
  v.object({
    what: v.literal('pair'),
    sightings: v.tuple([textSchema, textSchema]),
    verdict: v.picklist(['same', 'different', 'taken-back']),
    stamp: stampSchema,
  }),
  v.object({
    what: v.literal('title'),
    session: sessionSchema,
    title: textSchema,
    stamp: stampSchema,
  }),
  v.object({
    what: v.literal('position'),
    session: sessionSchema,
    cameraId: textSchema,
    position: v.nullable(
      v.object({
        latitudeDeg: v.pipe(v.number(), v.minValue(-90), v.maxValue(90)),
        longitudeDeg: v.pipe(v.number(), v.minValue(-180), v.maxValue(180)),
      }),
    ),
    stamp: stampSchema,
  }),
]);
export type Edit = v.InferOutput<typeof editSchema>;

/** What one entry of a device's log holds, encrypted. */
const editEntrySchema = v.object({
  version: v.literal(1),
  /** As the endpoint says: an entry cannot be moved to another place or device. */
  deviceId: idSchema,
  number: countSchema,
  edits: v.pipe(v.array(editSchema), v.minLength(1)),
});
type EditEntry = v.InferOutput<typeof editEntrySchema>;

/** Of an entry before it is encrypted: age adds some hundred bytes, and an endpoint takes 64 KiB. */
const MAX_ENTRY_BYTES = 48 * 1024;

/** Edits in as few entries as they fit into. */
export function splitIntoEntries(edits: readonly Edit[]): readonly (readonly Edit[])[] {
  const entries: Edit[][] = [];
  let byteCount = Infinity;
  for (const edit of edits) {
    const { length } = new TextEncoder().encode(JSON.stringify(edit));
    if (byteCount + length > MAX_ENTRY_BYTES) {
      entries.push([]);
      byteCount = 0;
    }
    entries.at(-1)?.push(edit);
    byteCount += length + 1;
  }
  return entries;
}

/** Null: not an entry this version can read, or not the one it is said to be. */
export function readEditEntry(text: string, deviceId: string, number: number): EditEntry | null {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), editEntrySchema), text);
  if (!read.success) return null;
  const entry = read.output;
  return entry.deviceId === deviceId && entry.number === number ? entry : null;
}

/** Sessions have another id on every device; run and time of making stay with them. */
export function sessionKeyOf(session: {
  readonly runId: string;
  readonly createdUnixMs: number;
}): string {
  return `${session.createdUnixMs}:${session.runId}`;
}

/** The register an edit is for. */
export function fieldOf(edit: Edit): string {
  if (edit.what === 'pair') return `pair ${edit.sightings.join(' ')}`;
  if (edit.what === 'title') return `title ${edit.session}`;
  return `position ${edit.session} ${edit.cameraId}`;
}

/** What an edit says, whenever it was said: equal texts mean equal values. */
export function valueOf(edit: Edit): string {
  if (edit.what === 'pair') return edit.verdict;
  if (edit.what === 'title') return edit.title;
  const { position } = edit;
  return position === null ? '' : `${position.latitudeDeg} ${position.longitudeDeg}`;
}

/** Below 0: `a` was made before `b`. 0 for one and the same edit only. */
export function compareEdits(a: Edit, b: Edit): number {
  return (
    a.stamp.timeMs - b.stamp.timeMs ||
    a.stamp.counter - b.stamp.counter ||
    compareTexts(a.stamp.deviceId, b.stamp.deviceId) ||
    // No device makes two edits of one stamp; whoever does all the same gets the same result everywhere.
    compareTexts(valueOf(a), valueOf(b))
  );
}

/** The newest edit of each field, of both. */
export function mergeEdits(
  a: ReadonlyMap<string, Edit>,
  b: Iterable<Edit>,
): ReadonlyMap<string, Edit> {
  const merged = new Map(a);
  for (const edit of b) {
    const known = merged.get(fieldOf(edit));
    if (!known || compareEdits(known, edit) < 0) merged.set(fieldOf(edit), edit);
  }
  return merged;
}

/** The newest stamp seen or made. */
export type EditClock = Pick<EditStamp, 'timeMs' | 'counter'>;

/** A stamp after everything seen so far. */
export function nextStamp(clock: EditClock, nowMs: number, deviceId: string): EditStamp {
  return nowMs > clock.timeMs
    ? { timeMs: nowMs, counter: 0, deviceId }
    : { timeMs: clock.timeMs, counter: clock.counter + 1, deviceId };
}

/** The clock once an edit was seen. */
export function clockAfter(clock: EditClock, { timeMs, counter }: EditStamp): EditClock {
  const isLater = timeMs > clock.timeMs || (timeMs === clock.timeMs && counter > clock.counter);
  return isLater ? { timeMs, counter } : clock;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
