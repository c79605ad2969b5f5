import type { RecordedSighting } from '../contracts/recording';
import type { RecordedKind } from '../contracts/session';
import type { SightingId } from '../contracts/match';
import type { TracedSighting } from '../contracts/worker-api';

/** What decides which sightings a recording takes, and with what. */
export interface SightingRules {
  readonly runId: string;
  readonly kind: RecordedKind;
  /**
   * Pictures of vehicles seen before this are left out, microseconds on the source's clock: blur was off when they were made. Null: nothing is
   * blurred.
   */
  readonly blurredFromUs: number | null;
  /** A picture that was stored before; null: it cannot be had. */
  readonly crop: (cropId: string) => Promise<Blob | null>;
}

/** Makes sightings ready for the recorder: each once for every change that matters, pictures once. */
export class RecordedSightings {
  readonly #rules: SightingRules;
  readonly #told = new Map<SightingId, { readonly key: string; readonly cropId: string | null }>();

  constructor(rules: SightingRules) {
    this.#rules = rules;
  }

  /** `isFinal`: it is as it stays for now, so it is told in any case. Null: there is nothing new about it, or it is of another run. */
  async take(
    { sighting, trace }: TracedSighting,
    isFinal: boolean,
  ): Promise<RecordedSighting | null> {
    if (sighting.runId !== this.#rules.runId) return null;
    const { decision, space } = sighting;
    const key = [decision.vehicleId, decision.outcome, trace.trackIds.join()].join(' ');
    const told = this.#told.get(sighting.id);
    if (!isFinal && told?.key === key) return null;
    // While a vehicle is in view one picture is enough; the best comes with the end.
    const isCropNew = sighting.cropId !== told?.cropId && (isFinal || !told?.cropId);
    const wantsCrop = isCropNew && this.#mayShow(trace.startUs);
    const cropId = wantsCrop ? sighting.cropId : (told?.cropId ?? null);
    this.#told.set(sighting.id, { key, cropId });
    const picture =
      wantsCrop && cropId !== null ? (trace.crop ?? (await this.#rules.crop(cropId))) : null;
    return {
      epoch: trace.epoch,
      sighting: {
        id: sighting.id,
        vehicleId: decision.vehicleId,
        vehicleNumber: decision.vehicleNumber,
        vehicleClass: sighting.vehicleClass,
        cameraId: sighting.cameraId,
        trackIds: trace.trackIds,
        startUs: trace.startUs,
        endUs: trace.endUs,
        hitCount: sighting.hitCount,
        decision,
        descriptor: space && trace.descriptor ? { space, values: trace.descriptor } : null,
      },
      crop: cropId !== null && picture ? { cropId, picture } : null,
    };
  }

  #mayShow(startUs: number): boolean {
    const { kind, blurredFromUs } = this.#rules;
    return kind !== 'results' && (blurredFromUs === null || startUs >= blurredFromUs);
  }
}
