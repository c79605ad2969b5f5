import type { ConfirmedPair } from '../../contracts/recognition';
import type { GeoPosition, SessionHeader, SessionsClient } from '../../contracts/session';
import type { LedgerEntry } from '../../contracts/sync';
import {
  fieldOf,
  MAX_EDITS_PER_ENTRY,
  sessionKeyOf,
  valueOf,
  type Edit,
} from '../../core/sync-format/edits';
import type { EndpointAccess } from '../../core/sync-format/sync-worker-api';
import type { ConnectionRow } from '../../storage/sync-rows';
import type { NewEdit, SyncEdits } from '../../storage/sync-edits';
import type { SyncCalls } from './sync-calls';

/** One tab at a time: entries are numbered without a hole. */
const LOCK_NAME = 'resight-sync:edits';
/** Sessions are hundreds, and their rows are small. */
const ALL = { offset: 0, count: 100_000 };

/** What merging needs. */
export interface EditMergerParts {
  readonly edits: SyncEdits;
  readonly calls: Pick<SyncCalls, 'call'>;
  readonly sessions: Pick<SessionsClient, 'list' | 'rename' | 'setCameraPosition'>;
  readonly confirmPair: (a: string, b: string, isSame: boolean) => Promise<void>;
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
 * the endpoint has not. Edits of sessions are found by comparing, so that none is missed while nobody was connected.
 */
export class EditMerger {
  readonly #parts: EditMergerParts;
  /** Pairs that are being applied: not said by the user of this device. */
  readonly #applying = new Set<string>();

  constructor(parts: EditMergerParts) {
    this.#parts = parts;
  }

  /** Once through. Throws AppError SYNC_*, STORAGE_*. */
  async merge(connection: ConnectionRow): Promise<void> {
    const { identity } = connection;
    // Without the vault's key nothing can be read or written there.
    if (identity === null) return;
    // Typed as always there: absent on plain http.
    const { locks } = navigator as { locks?: LockManager };
    const work = (): Promise<void> => this.#mergeAlone(connection, identity);
    await (locks ? locks.request(LOCK_NAME, work) : work());
  }

  /** The user said something of two sightings, here. */
  async notePair({ sightings, isSame }: ConfirmedPair, deviceId: string): Promise<void> {
    const verdict = isSame ? 'same' : 'different';
    const edit: NewEdit = { what: 'pair', sightings: [...sightings], verdict };
    if (this.#applying.has(pairField(sightings))) return;
    const { edits, nowMs } = this.#parts;
    await edits.add(edit, verdict, nowMs(), deviceId, false);
  }

  async #mergeAlone(connection: ConnectionRow, identity: string): Promise<void> {
    const { edits, calls } = this.#parts;
    const { deviceId } = connection;
    await this.#capture(deviceId);
    const { position } = await edits.log();
    const pulled = await calls.call((remote) =>
      remote.pullEdits(accessOf(connection), identity, deviceId, position),
    );
    await edits.merge(pulled.edits, pulled.position, pulled.ownNumber);
    await this.#apply();
    await this.#push(connection, identity);
  }

  async #capture(deviceId: string): Promise<void> {
    const { edits, nowMs } = this.#parts;
    const seen = await edits.seenValues();
    const known = new Set((await edits.all()).map(({ field }) => field));
    for (const { header, edit, field, value } of await this.#localFields()) {
      const before = seen.get(field);
      if (before === value) continue;
      if (before !== undefined) await edits.add(edit, value, nowMs(), deviceId, false);
      // New here: what somebody edited before is applied, see below. What came with a file is no edit of this device.
      else if (!known.has(field)) {
        const isFound = header.origin === 'recorded' && value !== '';
        if (isFound) await edits.add(edit, value, nowMs(), deviceId, true);
        else await edits.setSeen(field, value);
      }
    }
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
    const [a, b] = edit.sightings;
    // This version cannot take back what was said; one that can sends such edits.
    if (edit.verdict === 'taken-back') return;
    this.#applying.add(field);
    try {
      await this.#parts.confirmPair(a, b, edit.verdict === 'same');
      await this.#parts.edits.setSeen(field, valueOf(edit));
    } catch {
      // These sightings are not in this device's gallery, or it is not open now: tried again the next time.
    } finally {
      this.#applying.delete(field);
    }
  }

  async #push(connection: ConnectionRow, identity: string): Promise<void> {
    const { edits, calls, writeDown } = this.#parts;
    const { deviceId, scopes } = connection;
    if (!scopes.includes('upload')) return;
    const waiting = (await edits.all()).filter(({ isPushed }) => !isPushed);
    let { ownNumber: number } = await edits.log();
    for (let start = 0; start < waiting.length; start += MAX_EDITS_PER_ENTRY) {
      const batch = waiting.slice(start, start + MAX_EDITS_PER_ENTRY).map(({ edit }) => edit);
      number += 1;
      const entry = { deviceId, number, edits: batch };
      const byteCount = await calls.call((remote) =>
        remote.pushEdits(accessOf(connection), identity, entry),
      );
      await edits.setPushed(batch, number);
      const details = `${batch.length} edits of names, positions or pairs`;
      await writeDown({
        what: 'edits-encrypted',
        sessionId: null,
        byteCount,
        isReadable: false,
        details,
      });
    }
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

function pairField(sightings: ConfirmedPair['sightings']): string {
  return fieldOf({ what: 'pair', sightings: [...sightings], verdict: 'same', stamp: NO_STAMP });
}

function accessOf({ url, token }: ConnectionRow): EndpointAccess {
  return { url, token };
}
