import type { ExclusionReason, MatchDecision, VehicleId } from '../../contracts/match';
import type { VehicleScore } from '../match/gallery-index';
import { decideMatch } from '../match/matcher';
import type { PairThresholds } from '../match/pair-thresholds';
import type { CoVisibility } from './co-visibility';
import type { KnownSightings } from './known-sightings';
import type { SightingStore } from './ports';
import type { TrackRecord } from './track-record';

/** How much more similar a track must be to take a vehicle from the living track that has it. */
const TAKE_OVER_GAIN = 0.05;

/** What a decision needs around it. */
export interface AssignerParts {
  readonly known: Pick<KnownSightings, 'rank'>;
  readonly coVisibility: CoVisibility;
  readonly store: Pick<SightingStore, 'allocateVehicleNumber'>;
  readonly createId: () => string;
}

/**
 * Decides which vehicle each living track is, so that no two living tracks are one vehicle: when two
 * want the same, the more similar one has it and the other is decided again.
 */
export class VehicleAssigner {
  thresholds: PairThresholds;
  readonly #parts: AssignerParts;
  readonly #holders = new Map<VehicleId, TrackRecord>();

  constructor(parts: AssignerParts, thresholds: PairThresholds) {
    this.#parts = parts;
    this.thresholds = thresholds;
  }

  /** Decides a track by its descriptor. All records whose decision changed, the given one first. */
  decide(record: TrackRecord): readonly TrackRecord[] {
    const query = record.descriptor.mean();
    if (!query) return [];
    const { match, requiredSimilarity, candidates } = decideMatch({
      scores: this.#parts.known.rank(query),
      thresholds: this.thresholds.general,
      acceptOf: ({ cameraId }) => this.thresholds.acceptOf(record.cameraId, cameraId),
      currentVehicleId: record.decision?.outcome === 'matched' ? record.decision.vehicleId : null,
      exclusionOf: (score) => this.#exclusionOf(record, score),
    });
    const vehicle = match ?? this.#ownVehicleOf(record);
    return this.#assign(record, {
      outcome: match ? 'matched' : 'new',
      vehicleId: vehicle.vehicleId,
      vehicleNumber: vehicle.vehicleNumber,
      similarity: match?.similarity ?? null,
      thresholds: this.thresholds.general,
      requiredSimilarity,
      candidates,
      cropTimesUs: query.cropTimesUs,
    });
  }

  /** Gives a track without any usable crop a number. */
  decideUnidentifiable(record: TrackRecord): void {
    this.#assign(record, {
      outcome: 'unidentifiable',
      ...this.#ownVehicleOf(record),
      similarity: null,
      thresholds: this.thresholds.general,
      requiredSimilarity: null,
      candidates: [],
      cropTimesUs: [],
    });
  }

  /** A track is over or its decision void: its vehicle is free for others. */
  release(record: TrackRecord): void {
    const vehicleId = record.decision?.vehicleId;
    if (vehicleId !== undefined && this.#holders.get(vehicleId) === record) {
      this.#holders.delete(vehicleId);
    }
  }

  /** A record took over another's decision. */
  hold(record: TrackRecord): void {
    if (record.decision) this.#holders.set(record.decision.vehicleId, record);
  }

  clear(): void {
    this.#holders.clear();
  }

  #assign(
    record: TrackRecord,
    decision: Omit<MatchDecision, 'revisionCount'>,
  ): readonly TrackRecord[] {
    const before = record.decision;
    const isRevised =
      before !== null &&
      (before.vehicleId !== decision.vehicleId || before.outcome !== decision.outcome);
    const displaced = this.#holders.get(decision.vehicleId);
    this.release(record);
    record.decision = {
      ...decision,
      revisionCount: (before?.revisionCount ?? 0) + (isRevised ? 1 : 0),
    };
    this.#holders.set(decision.vehicleId, record);
    if (!displaced || displaced === record) return [record];
    // Ends: whoever takes a vehicle over is more similar than the one before.
    return [record, ...this.decide(displaced)];
  }

  #exclusionOf(
    record: TrackRecord,
    { vehicleId, similarity }: VehicleScore,
  ): ExclusionReason | null {
    const { coVisibility } = this.#parts;
    if (coVisibility.sawVehicle(record.trackId, vehicleId)) return 'visible-at-the-same-time';
    const holder = this.#holders.get(vehicleId);
    if (!holder || holder === record) return null;
    const held = holder.decision?.outcome === 'matched' ? holder.decision.similarity : null;
    if (held !== null && similarity >= held + TAKE_OVER_GAIN) return null;
    return coVisibility.wereTogether(record.trackId, holder.trackId)
      ? 'visible-at-the-same-time'
      : 'held-by-another-track';
  }

  #ownVehicleOf(record: TrackRecord): { vehicleId: VehicleId; vehicleNumber: number } {
    record.own ??= {
      vehicleId: this.#parts.createId(),
      vehicleNumber: this.#parts.store.allocateVehicleNumber(),
    };
    return record.own;
  }
}
