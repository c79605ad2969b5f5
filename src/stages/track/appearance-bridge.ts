import type { TrackBridge } from '../../contracts/track';
import { dot } from '../../core/vector';
import type { LiveTrack } from './live-track';

/** A track is the continuation of a lost one only while it is young; later it has a history of its own. */
const MAX_YOUNG_AGE_S = 3;
/** Distance a vehicle may come out from where it was lost, in its sides: at once, and for each second hidden. */
const FREE_DISTANCE_SIDES = 1;
const MIN_SPEED_SIDES_PER_S = 1.5;
/** Room for speeding up, relative to the speed known. */
const SPEED_MARGIN = 1.5;
/** Sides further apart than this factor are no one vehicle within the few seconds in question. */
const MAX_SIZE_RATIO = 2.5;
const US_PER_S = 1e6;

/** A bridge with the tracks it joins. */
export interface FoundBridge extends TrackBridge {
  readonly survivor: LiveTrack;
  readonly absorbed: LiveTrack;
}

/**
 * Finds young confirmed tracks that look like a lost one and began after its loss, where it can have
 * got to. Most similar first; no track appears twice.
 */
export function findBridges(
  tracks: readonly LiveTrack[],
  nowUs: number,
  minSimilarity: number,
): readonly FoundBridge[] {
  const found: FoundBridge[] = [];
  for (const absorbed of tracks) {
    if (absorbed.state !== 'confirmed' || !absorbed.descriptor) continue;
    if (nowUs - absorbed.firstSeenUs > MAX_YOUNG_AGE_S * US_PER_S) continue;
    for (const survivor of tracks) {
      if (survivor.state !== 'lost' || !survivor.descriptor) continue;
      // Seen in one frame, or overlapping in time, they are two vehicles however alike.
      if (absorbed.firstSeenUs <= survivor.lastSeenUs) continue;
      // Of two embedders: nothing can be said.
      if (survivor.descriptor.length !== absorbed.descriptor.length) continue;
      const similarity = dot(survivor.descriptor, absorbed.descriptor);
      if (!(similarity >= minSimilarity) || !isReachable(survivor, absorbed)) continue;
      found.push({
        survivorId: survivor.id,
        absorbedId: absorbed.id,
        similarity,
        survivor,
        absorbed,
      });
    }
  }
  found.sort((a, b) => b.similarity - a.similarity);
  const taken = new Set<LiveTrack>();
  return found.filter(({ survivor, absorbed }) => {
    if (taken.has(survivor) || taken.has(absorbed)) return false;
    taken.add(survivor).add(absorbed);
    return true;
  });
}

function isReachable(survivor: LiveTrack, absorbed: LiveTrack): boolean {
  const from = survivor.lastBox;
  const to = absorbed.firstBox;
  const fromSide = Math.sqrt((from.x2 - from.x1) * (from.y2 - from.y1));
  const toSide = Math.sqrt((to.x2 - to.x1) * (to.y2 - to.y1));
  if (Math.max(fromSide, toSide) > MAX_SIZE_RATIO * Math.min(fromSide, toSide)) return false;
  const side = Math.max(fromSide, toSide);
  const distance = Math.hypot(
    (to.x1 + to.x2 - from.x1 - from.x2) / 2,
    (to.y1 + to.y2 - from.y1 - from.y2) / 2,
  );
  const hiddenSeconds = (absorbed.firstSeenUs - survivor.lastSeenUs) / US_PER_S;
  const speed = Math.max(
    MIN_SPEED_SIDES_PER_S * side,
    SPEED_MARGIN * speedPxPerS(survivor),
    SPEED_MARGIN * speedPxPerS(absorbed),
  );
  return distance <= FREE_DISTANCE_SIDES * side + speed * hiddenSeconds;
}

function speedPxPerS({ motion }: LiveTrack): number {
  return Math.hypot(motion.velocityXPxPerS, motion.velocityYPxPerS);
}
