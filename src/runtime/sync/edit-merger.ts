import type { ConfirmedPair, PairVerdict } from '../../contracts/recognition';
import type { GeoPosition, SessionHeader, SessionsClient } from '../../contracts/session';
import type { LedgerEntry } from '../../contracts/sync';
import {
  fieldOf,
  sessionKeyOf,
  splitIntoEntries,
  valueOf,
  type Edit,
} from '../../core/sync-format/edits';
import type { EndpointAccess, PulledEdits } from '../../core/sync-format/sync-worker-api';
import type { ConnectionRow } from '../../storage/sync-rows';
import type { MadeEdit, NewEdit, SyncEdits } from '../../storage/sync-edits';
import type { SyncCalls } from './sync-calls';

/** One tab at a time: entries are numbered without a hole. */
const LOCK_NAME = 'resight-sync:edits';
/** Sessions are hundreds, and their rows are small. */
const ALL = { offset: 0, count: 100_000 };

/** What the user says of pairs of sightings in the own gallery. */
export interface OwnPairs {
  ownPairs(): Promise<readonly ConfirmedPair[]>;
  /** Rejects for sightings that are not there, and while the gallery is not open. */
  keepOwnVerdict(sightings: ConfirmedPair['sightings'], verdict: PairVerdict): Promise<void>;
}

/** What merging needs. */
export interface EditMergerParts {
  readonly edits: SyncEdits;
  readonly calls: Pick<SyncCalls, 'call'>;
  readonly sessions: Pick<SessionsClient, 'list' | 'rename' | 'setCameraPosition'>;
  readonly pairs: OwnPairs;
  readonly writeDown: (entry: Omit<LedgerEntry, 'id' | 'timeUnixMs' | 'url'>) => Promise<void>;
  readonly nowMs: () => number;
}

/** A field of a session as it is here now. */
interface LocalField {
  readonly header: SessionHeader;
  /** Without a stamp yet. */
  readonly edit: NewEdit;
  readonly field: string;
  readonly value: string;
}

/**
 * Brings edits of several devices together: finds what was edited here, gets what was edited elsewhere, applies what is newest, and sends what
 * the endpoint has not. Edits are found by comparing, so that none is missed while nobody was connected; only what is taken back has to be
 * noted when it is, since a pair also goes with a vehicle that is forgotten.
 */
export class EditMerger {
  readonly #parts: EditMergerParts;

  constructor(parts: EditMergerParts) {
    this.#parts = parts;
  }

  /** Once through. Throws AppError SYNC_*, STORAGE_*. */
  async merge(connection: ConnectionRow): Promise<void> {
    const { identity, scopes } = connection;
    // Without the vault's key nothing can be read or written there, and without either right nothing is asked for.
    if (identity === null || !(mayRead(scopes) || maySend(scopes))) return;
    // Typed as always there: absent on plain http.
    const { locks } = navigator as { locks?: LockManager };
    const work = (): Promise<void> => this.#mergeAlone(connection, identity);
    await (locks ? locks.request(LOCK_NAME, work) : work());
  }

  /** The user said something of two sightings, here. */
  async noteVerdict(
    sightings: ConfirmedPair['sightings'],
    verdict: PairVerdict,
    deviceId: string,
  ): Promise<void> {
    const { edits, nowMs } = this.#parts;
    const edit = pairEdit(sightings, verdict);
    await edits.add([{ edit, value: verdict, foundUnixMs: null }], nowMs(), deviceId);
  }

  async #mergeAlone(connection: ConnectionRow, identity: string): Promise<void> {
    const { edits, calls } = this.#parts;
    const { deviceId } = connection;
    await this.#capture(deviceId);
    await this.#capturePairs(deviceId);
    if (mayRead(connection.scopes)) {
      const log = await edits.log();
      const pulled = await calls.call((remote) =>
        remote.pullEdits(accessOf(connection), identity, deviceId, log),
      );
      await this.#writeDownArrived(pulled);
      await edits.merge(pulled);
      await this.#apply();
    }
    await this.#push(connection, identity);
  }

  /** Sent by a try that never heard the answer: it left this device all the same. */
  async #writeDownArrived({ unknownOwnBytes }: PulledEdits): Promise<void> {
    if (unknownOwnBytes > 0)
      await this.#writeDown(unknownOwnBytes, 'Edits of names, positions or pairs');
  }

  async #capture(deviceId: string): Promise<void> {
    const { edits, nowMs } = this.#parts;
    const seen = await edits.seenValues();
    const known = new Set((await edits.all()).map(({ field }) => field));
    const made: MadeEdit[] = [];
    for (const { header, edit, field, value } of await this.#localFields()) {
      const before = seen.get(field);
      if (before === value) continue;
      if (before !== undefined) made.push({ edit, value, foundUnixMs: null });
      // New here: what somebody edited before is applied, see below. What came with a file is no edit of this device.
      else if (!known.has(field)) {
        const isFound = header.origin === 'recorded' && value !== '';
        if (isFound) made.push({ edit, value, foundUnixMs: 0 });
        else await edits.setSeen(field, value);
      }
    }
    if (made.length > 0) await edits.add(made, nowMs(), deviceId);
  }

  async #capturePairs(deviceId: string): Promise<void> {
    const { edits, nowMs } = this.#parts;
    const pairs = await this.#parts.pairs.ownPairs().catch(() => []); // not open now, or another tab has it: the next time
    if (pairs.length === 0) return;
    const seen = await edits.seenValues();
    const known = new Map((await edits.all()).map(({ field, edit }) => [field, valueOf(edit)]));
    const made: MadeEdit[] = [];
    for (const { sightings, isSame, confirmedUnixMs } of pairs) {
      const value = isSame ? 'same' : 'different';
      const edit = pairEdit(sightings, value);
      const field = fieldOf({ ...edit, stamp: NO_STAMP });
      const before = seen.get(field);
      if (before === value) continue;
      // Applied here, and the tab was closed before that was written down.
      if (known.get(field) === value) await edits.setSeen(field, value);
      else made.push({ edit, value, foundUnixMs: before === undefined ? confirmedUnixMs : null });
    }
    if (made.length > 0) await edits.add(made, nowMs(), deviceId);
  }

  async #apply(): Promise<void> {
    const { edits } = this.#parts;
    const seen = await edits.seenValues();
    const local = new Map((await this.#localFields()).map((one) => [one.field, one]));
    for (const { field, edit } of await edits.all()) {
      if (edit.what === 'pair') {
        if (seen.get(field) !== valueOf(edit)) await this.#applyPair(field, edit);
        continue;
      }
      const here = local.get(field);
      if (!here) continue;
      // Edited here while the log was read: found the next time.
      const isSettled = !seen.has(field) || seen.get(field) === here.value;
      if (!isSettled) continue;
      if (here.value !== valueOf(edit)) await this.#applyToSession(here.header, edit);
      if (seen.get(field) !== valueOf(edit)) await edits.setSeen(field, valueOf(edit));
    }
  }

  async #applyToSession({ id }: SessionHeader, edit: Edit): Promise<void> {
    const { sessions } = this.#parts;
    if (edit.what === 'title') await sessions.rename(id, edit.title);
    else if (edit.what === 'position')
      await sessions.setCameraPosition(id, edit.cameraId, edit.position);
  }

  async #applyPair(field: string, edit: Edit & { readonly what: 'pair' }): Promise<void> {
    try {
      await this.#parts.pairs.keepOwnVerdict(edit.sightings, edit.verdict);
    } catch {
      return; // These sightings are not in this device's gallery, or it is not open now: tried again the next time.
    }
    await this.#parts.edits.setSeen(field, valueOf(edit));
  }

  async #push(connection: ConnectionRow, identity: string): Promise<void> {
    const { edits, calls } = this.#parts;
    const { deviceId, scopes } = connection;
    if (!maySend(scopes)) return;
    const waiting = (await edits.all()).filter(({ isPushed }) => !isPushed);
    let { ownNumber: number } = await edits.log();
    for (const batch of splitIntoEntries(waiting.map(({ edit }) => edit))) {
      const entry = { deviceId, number: number + 1, edits: batch, isBlind: !mayRead(scopes) };
      const pushed = await calls.call((remote) =>
        remote.pushEdits(accessOf(connection), identity, entry),
      );
      ({ number } = pushed);
      await edits.setPushed(batch, number);
      await this.#writeDown(pushed.byteCount, `${batch.length} edits of names, positions or pairs`);
    }
  }

  async #writeDown(byteCount: number, details: string): Promise<void> {
    const entry = { what: 'edits-encrypted', sessionId: null, isReadable: false } as const;
    await this.#parts.writeDown({ ...entry, byteCount, details });
  }

  async #localFields(): Promise<readonly LocalField[]> {
    const { sessions } = await this.#parts.sessions.list(ALL);
    const complete = sessions.filter(({ state }) => state === 'complete');
    return complete.flatMap((header) => {
      const session = sessionKeyOf(header);
      const edits: readonly NewEdit[] = [
        { what: 'title', session, title: header.title },
        ...header.cameras.map(({ cameraId, position }) => ({
          what: 'position' as const,
          session,
          cameraId,
          position: plainPosition(position),
        })),
      ];
      return edits.map((edit) => {
        const shown = { ...edit, stamp: NO_STAMP } as Edit; // only for its field and value
        return { header, edit, field: fieldOf(shown), value: valueOf(shown) };
      });
    });
  }
}

const NO_STAMP = { timeMs: 0, counter: 0, deviceId: '' };

function plainPosition(position: GeoPosition | null): GeoPosition | null {
  return position && { latitudeDeg: position.latitudeDeg, longitudeDeg: position.longitudeDeg };
}

function pairEdit(
  [a, b]: ConfirmedPair['sightings'],
  verdict: PairVerdict,
): NewEdit & { readonly what: 'pair' } {
  return { what: 'pair', sightings: [a, b], verdict };
}

function mayRead(scopes: ConnectionRow['scopes']): boolean {
  return scopes.includes('read');
}

function maySend(scopes: ConnectionRow['scopes']): boolean {
  return scopes.includes('upload');
}

function accessOf({ url, token }: ConnectionRow): EndpointAccess {
  return { url, token };
}
