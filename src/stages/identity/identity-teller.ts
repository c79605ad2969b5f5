import type { MatchDecision } from '../../contracts/match';
import type { IdentityEvent } from '../../contracts/worker-api';
import type { LastSeen, LastSeenBook } from './last-seen';
import type { TrackRecord } from './track-record';

/** Tells the screen who a track is, with when and where that vehicle was seen before. */
export class IdentityTeller {
  readonly #emit: (event: IdentityEvent) => void;
  readonly #lastSeen: LastSeenBook;
  readonly #pending = new Set<Promise<void>>();

  constructor(emit: (event: IdentityEvent) => void, lastSeen: LastSeenBook) {
    this.#emit = emit;
    this.#lastSeen = lastSeen;
  }

  /** Tells the record's decision unless the screen knows as much already. */
  tell(record: TrackRecord, epoch: number): void {
    const { decision } = record;
    if (!decision || !isWorthTelling(record.told, decision)) return;
    record.told = decision;
    if (decision.outcome !== 'matched') return this.#send(record, decision, epoch, null);
    const telling = this.#lastSeen
      .find(decision.vehicleId, record.sightingId)
      // The number is worth telling without the time; a gallery that cannot be read is told elsewhere.
      .catch(() => null)
      .then((lastSeen) => {
        // Something newer was decided, and told, while the gallery was read.
        if (record.told !== decision) return;
        this.#send(record, decision, epoch, lastSeen);
      })
      .finally(() => this.#pending.delete(telling));
    this.#pending.add(telling);
  }

  /** Resolves when all that was to be told has been. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #send(
    record: TrackRecord,
    decision: MatchDecision,
    epoch: number,
    lastSeen: LastSeen | null,
  ): void {
    this.#emit({
      type: 'identity',
      identity: {
        epoch,
        trackId: record.trackId,
        decision,
        lastSeenUnixMs: lastSeen?.unixMs ?? null,
        lastSeenMediaUs: lastSeen?.mediaUs ?? null,
        lastSeenLabel: lastSeen?.label ?? null,
      },
    });
  }
}

/** True when a screen should hear of the change. */
function isWorthTelling(before: MatchDecision | null, now: MatchDecision): boolean {
  return (
    before?.vehicleId !== now.vehicleId ||
    before.outcome !== now.outcome ||
    // Shown with two digits.
    Math.abs((before.similarity ?? 0) - (now.similarity ?? 0)) >= 0.005
  );
}
