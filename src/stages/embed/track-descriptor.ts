import type { EmbeddedCrop, EmbeddingSpaceId } from '../../contracts/embedding';
import { AppError } from '../../core/app-error';
import { dot, toUnitLength } from '../../core/vector';

/**
 * Crops a descriptor is made of at most. Five views average most of the noise out (a single crop against
 * another of its track: 28 % equal error rate on the clips; means of five: 12 %), and more only add
 * memory to a vehicle that is parked in view.
 */
const MAX_CROPS = 5;

/** Crops closer together than this show the same view twice, microseconds. */
const DIVERSE_GAP_US = 1_000_000;

/**
 * A crop less similar than this to the mean of its track's others is another vehicle's or an accident.
 * On the clips 1 % of a track's own crops lie below 0.55, 5 % below 0.76.
 */
const OUTLIER_SIMILARITY = 0.55;

/** With two crops nobody can tell which of them is wrong. */
const MIN_CROPS_FOR_OUTLIERS = 3;

/** The best few crops of one track and their mean. Bounded whatever the track's length. */
export class TrackDescriptor {
  #crops: EmbeddedCrop[] = [];
  #mean: DescriptorMean | null = null;

  get cropCount(): number {
    return this.#crops.length;
  }

  /** Quality of the best crop held; 0 without any. */
  get bestQuality(): number {
    return this.#crops.reduce((best, { quality }) => Math.max(best, quality), 0);
  }

  /** Adds a crop; the least useful one goes when there are too many. Throws EMBEDDING_SPACE_MISMATCH. */
  add(crop: EmbeddedCrop): void {
    const space = this.#crops[0]?.embedding.space;
    if (space !== undefined && space !== crop.embedding.space) {
      throw new AppError(
        'EMBEDDING_SPACE_MISMATCH',
        `Expected a crop in space ${space}, got ${crop.embedding.space}`,
      );
    }
    this.#crops.push(crop);
    if (this.#crops.length > MAX_CROPS) this.#dropLeastUseful();
    this.#mean = null;
  }

  /** Takes over another track's crops, as after a bridge. */
  absorb(other: TrackDescriptor): void {
    for (const crop of other.#crops) this.add(crop);
  }

  /** The quality-weighted mean of the crops that agree; null without any. */
  mean(): DescriptorMean | null {
    this.#mean ??= meanWithoutOutliers(this.#crops);
    return this.#mean;
  }

  /** Means of the earlier and the later half of the crops that agree, unit length: two views of one vehicle. */
  halves(): { readonly early: Float32Array; readonly late: Float32Array | null } | null {
    const used = [...withoutOutliers(this.#crops)].sort(
      (a, b) => a.captureTimeUs - b.captureTimeUs,
    );
    const middle = Math.ceil(used.length / 2);
    const early = toUnitLength(weightedSum(used.slice(0, middle)));
    return early && { early, late: toUnitLength(weightedSum(used.slice(middle))) };
  }

  #dropLeastUseful(): void {
    let worst = 0;
    let worstUse = Infinity;
    this.#crops.forEach((crop, i) => {
      const use = crop.quality * diversity(crop, this.#crops);
      if (use < worstUse) {
        worstUse = use;
        worst = i;
      }
    });
    this.#crops.splice(worst, 1);
  }
}

/** A track's descriptor and what it was made of. */
export interface DescriptorMean {
  readonly space: EmbeddingSpaceId;
  /** Unit length. */
  readonly vector: Float32Array;
  /** Source times of the crops used, ascending. */
  readonly cropTimesUs: readonly number[];
}

/** 1 for a crop well apart from the better ones, toward one half for one right beside a better one. */
function diversity(crop: EmbeddedCrop, crops: readonly EmbeddedCrop[]): number {
  let gapUs = DIVERSE_GAP_US;
  for (const other of crops) {
    if (other === crop || other.quality < crop.quality) continue;
    gapUs = Math.min(gapUs, Math.abs(other.captureTimeUs - crop.captureTimeUs));
  }
  return 0.5 + (0.5 * gapUs) / DIVERSE_GAP_US;
}

function withoutOutliers(crops: readonly EmbeddedCrop[]): readonly EmbeddedCrop[] {
  let used = crops;
  while (used.length >= MIN_CROPS_FOR_OUTLIERS) {
    const worst = findOutlier(used);
    if (!worst) break;
    used = used.filter((crop) => crop !== worst);
  }
  return used;
}

function meanWithoutOutliers(crops: readonly EmbeddedCrop[]): DescriptorMean | null {
  const used = withoutOutliers(crops);
  const [first] = used;
  const vector = first && toUnitLength(weightedSum(used));
  if (!vector) return null;
  return {
    space: first.embedding.space,
    vector,
    cropTimesUs: used.map(({ captureTimeUs }) => captureTimeUs).sort((a, b) => a - b),
  };
}

function findOutlier(crops: readonly EmbeddedCrop[]): EmbeddedCrop | null {
  let worst: EmbeddedCrop | null = null;
  let lowest = OUTLIER_SIMILARITY;
  for (const crop of crops) {
    const others = toUnitLength(weightedSum(crops.filter((other) => other !== crop)));
    const similarity = others ? dot(crop.embedding.vector, others) : 1;
    if (similarity < lowest) {
      lowest = similarity;
      worst = crop;
    }
  }
  return worst;
}

/** Weights are qualities; a crop of quality 0 still counts a little, or a track of them had no mean. */
function weightedSum(crops: readonly EmbeddedCrop[]): Float32Array {
  const sum = new Float32Array(crops[0]?.embedding.vector.length ?? 0);
  for (const { embedding, quality } of crops) {
    const weight = Math.max(quality, 0.01);
    for (let i = 0; i < sum.length; i += 1) {
      sum[i] = (sum[i] ?? 0) + weight * (embedding.vector[i] ?? 0);
    }
  }
  return sum;
}
