import { addClear, clearScores, countClear, type ClearCounts } from './clear-mot';
import { addHota, countHota, hotaScores, type HotaCounts, type HotaScores } from './hota';
import {
  addIdentity,
  countIdentity,
  identityScores,
  type IdentityCounts,
  type IdentityScores,
} from './identity-f1';
import type { TrackingSequence } from './tracking-sequence';

/** Everything countable about one sequence; sequences are combined by adding. */
export interface TrackingCounts {
  readonly clear: ClearCounts;
  readonly identity: IdentityCounts;
  readonly hota: readonly HotaCounts[];
}

/** Fractions are in [0, 1], but MOTA may be negative; null where there is nothing to divide by. */
export interface TrackingScores extends HotaScores, IdentityScores {
  readonly mota: number | null;
  readonly motp: number | null;
  readonly idSwitches: number;
  readonly fragments: number;
  readonly misses: number;
  readonly falsePositives: number;
  readonly mostlyTracked: number;
  readonly partlyTracked: number;
  readonly mostlyLost: number;
  /** Boxes of the truth that counted. */
  readonly truthBoxes: number;
}

/** Counts one sequence for all measures. */
export function countTracking(sequence: TrackingSequence): TrackingCounts {
  return {
    clear: countClear(sequence),
    identity: countIdentity(sequence),
    hota: countHota(sequence),
  };
}

/** The scores of sequences taken together, as TrackEval's COMBINED row. */
export function scoreTracking(parts: readonly TrackingCounts[]): TrackingScores {
  const clear = addClear(parts.map((part) => part.clear));
  return {
    ...hotaScores(addHota(parts.map((part) => part.hota))),
    ...identityScores(addIdentity(parts.map((part) => part.identity))),
    ...clearScores(clear),
    idSwitches: clear.switchCount,
    fragments: clear.fragmentCount,
    misses: clear.missCount,
    falsePositives: clear.falseCount,
    mostlyTracked: clear.mostlyTrackedCount,
    partlyTracked: clear.partlyTrackedCount,
    mostlyLost: clear.mostlyLostCount,
    truthBoxes: clear.truthBoxCount,
  };
}
