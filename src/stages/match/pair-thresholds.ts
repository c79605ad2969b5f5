import type { EmbeddingSpaceId } from '../../contracts/embedding';
import type { CameraId } from '../../contracts/frame';
import type { MatchThresholds } from '../../contracts/match';
import type { CameraPairThreshold } from '../../contracts/recognition';

/** The general thresholds, and those of single pairs of cameras in one space. */
export class PairThresholds {
  readonly general: MatchThresholds;
  readonly #acceptByCameras = new Map<string, number>();

  /** Of `pairs` those of `space` count; of two for the same cameras the last. */
  constructor(
    general: MatchThresholds,
    pairs: readonly CameraPairThreshold[],
    space: EmbeddingSpaceId,
  ) {
    this.general = general;
    for (const pair of pairs) {
      if (pair.space === space) this.#acceptByCameras.set(keyOf(...pair.cameraIds), pair.accept);
    }
  }

  /** `accept` for two cameras, in either order: their own where there is one. */
  acceptOf(a: CameraId, b: CameraId): number {
    return this.#acceptByCameras.get(keyOf(a, b)) ?? this.general.accept;
  }
}

function keyOf(a: CameraId, b: CameraId): string {
  // Ids may hold any character, so joining them could make two pairs alike.
  return JSON.stringify(a < b ? [a, b] : [b, a]);
}
