import * as v from 'valibot';
import {
  clockAfter,
  fieldOf,
  mergeEdits,
  nextStamp,
  type Edit,
  type EditStamp,
} from '../core/sync-format/edits';
import type { PulledEdits } from '../core/sync-format/sync-worker-api';
import {
  editLogSchema,
  seenValueSchema,
  storedEditSchema,
  type EditLogRow,
  type StoredEditRow,
} from './sync-rows';
import type { SyncStore, SyncTransaction } from './sync-store';

const ONLY = 'only';
const NOTHING_READ: EditLogRow = {
  position: 0,
  lastEntry: null,
  ownNumber: 0,
  timeMs: 0,
  counter: 0,
};

/** An edit before it has its time. */
export type NewEdit = Edit extends infer One
  ? One extends Edit
    ? Omit<One, 'stamp'>
    : never
  : never;

/** An edit of this device that is not kept yet. */
export interface MadeEdit {
  readonly edit: NewEdit;
  /** What the field's value is here with it. */
  readonly value: string;
  /** It was there when edits were first compared, and made then; 0: nobody knows since when, every other edit is newer. Null: made now. */
  readonly foundUnixMs: number | null;
}

/** Edits of all devices as far as they are known here, and how far the log at the endpoint was read. Throws AppError STORAGE_*. */
export class SyncEdits {
  readonly #store: SyncStore;

  constructor(store: SyncStore) {
    this.#store = store;
  }

  async log(): Promise<EditLogRow> {
    return readLog(await this.#store.get('editLog', ONLY));
  }

  /** The newest of each field. */
  async all(): Promise<readonly StoredEditRow[]> {
    const rows = await this.#store.use('read edits', (database) => database.getAll('edits'));
    return rows.flatMap((row) => {
      const read = v.safeParse(storedEditSchema, row);
      return read.success ? [read.output] : [];
    });
  }

  async seenValues(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#store.use('read edits', (database) => database.getAll('seenValues'));
    return new Map(
      rows.flatMap((row) => {
        const read = v.safeParse(seenValueSchema, row);
        return read.success ? [[read.output.field, read.output.value] as const] : [];
      }),
    );
  }

  /** What a field's value is here now. */
  setSeen(field: string, value: string): Promise<void> {
    return this.#store.change('keep an edit', ['seenValues'], async (stores) => {
      await stores.objectStore('seenValues').put({ field, value });
    });
  }

  /** Edits made here; those made now are later than all that was seen. */
  add(made: readonly MadeEdit[], nowMs: number, deviceId: string): Promise<void> {
    return this.#store.change('keep edits', ['edits', 'seenValues', 'editLog'], async (stores) => {
      let log = readLog(await stores.objectStore('editLog').get(ONLY));
      for (const { edit, value, foundUnixMs } of made) {
        const stamp: EditStamp =
          foundUnixMs === null
            ? nextStamp(log, nowMs, deviceId)
            : { timeMs: foundUnixMs, counter: 0, deviceId };
        const stamped = { ...edit, stamp } as Edit; // the stamp is all that was missing
        await putNewer(stores, [stamped], false);
        await stores.objectStore('seenValues').put({ field: fieldOf(stamped), value });
        log = { ...log, ...clockAfter(log, stamp) };
      }
      await stores.objectStore('editLog').put(log, ONLY);
    });
  }

  /** What was read of the log at the endpoint. Of one that was restored from a backup everything else that is known here is to be sent again. */
  merge({
    edits,
    position,
    lastEntry,
    ownNumber,
    isRestored,
  }: Omit<PulledEdits, 'unknownOwnBytes'>): Promise<void> {
    return this.#store.change('keep edits', ['edits', 'editLog'], async (stores) => {
      const log = readLog(await stores.objectStore('editLog').get(ONLY));
      if (isRestored) await forgetPushed(stores);
      await putNewer(stores, edits, true);
      const clock = edits.reduce((latest, { stamp }) => clockAfter(latest, stamp), {
        timeMs: log.timeMs,
        counter: log.counter,
      });
      const changed: EditLogRow = { ...clock, position, lastEntry, ownNumber };
      await stores.objectStore('editLog').put(changed, ONLY);
    });
  }

  /** The endpoint has these, in this device's entry `ownNumber`. One that was replaced meanwhile stays to be sent. */
  setPushed(edits: readonly Edit[], ownNumber: number): Promise<void> {
    return this.#store.change('keep edits', ['edits', 'editLog'], async (stores) => {
      const log = readLog(await stores.objectStore('editLog').get(ONLY));
      await stores
        .objectStore('editLog')
        .put({ ...log, ownNumber: Math.max(log.ownNumber, ownNumber) }, ONLY);
      for (const edit of edits) {
        const field = fieldOf(edit);
        const known = v.safeParse(storedEditSchema, await stores.objectStore('edits').get(field));
        if (known.success && isSameStamp(known.output.edit.stamp, edit.stamp))
          await stores.objectStore('edits').put({ ...known.output, isPushed: true });
      }
    });
  }
}

async function putNewer(
  stores: SyncTransaction,
  edits: readonly Edit[],
  isPushed: boolean,
): Promise<void> {
  const store = stores.objectStore('edits');
  for (const edit of edits) {
    const field = fieldOf(edit);
    const known = v.safeParse(storedEditSchema, await store.get(field));
    const before = known.success ? new Map([[field, known.output.edit]]) : new Map<string, Edit>();
    if (mergeEdits(before, [edit]).get(field) === edit) await store.put({ field, edit, isPushed });
    // It came back from where it was sent.
    else if (known.success && isPushed && isSameStamp(known.output.edit.stamp, edit.stamp))
      await store.put({ ...known.output, isPushed });
  }
}

async function forgetPushed(stores: SyncTransaction): Promise<void> {
  const store = stores.objectStore('edits');
  for (const row of await store.getAll()) {
    const read = v.safeParse(storedEditSchema, row);
    if (read.success) await store.put({ ...read.output, isPushed: false });
  }
}

function isSameStamp(a: EditStamp, b: EditStamp): boolean {
  return a.timeMs === b.timeMs && a.counter === b.counter && a.deviceId === b.deviceId;
}

function readLog(value: unknown): EditLogRow {
  const read = v.safeParse(editLogSchema, value);
  return read.success ? read.output : NOTHING_READ;
}
