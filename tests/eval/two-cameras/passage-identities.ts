import { boxAreaPx2, intersectionAreaPx2, iou } from '../../../src/core/geometry';
import type { Box } from '../../../src/contracts/detection';
import type { ComposedPassage, ComposedVideo } from '../../fixtures/compose-two-cameras';

type Corners = readonly [number, number, number, number];

/** The lines of a headless run that count here; see `src/headless/run-to-end.ts`. */
type Line =
  | {
      readonly type: 'frame';
      readonly timeUs: number;
      readonly tracks: readonly {
        readonly id: number;
        readonly state: string;
        readonly box: Corners;
      }[];
    }
  | {
      readonly type: 'identity';
      readonly trackId: number;
      readonly decision: { readonly vehicleId: string | null };
    }
  | { readonly type: 'session' | 'sighting' | 'summary' };

/** What the app made of one passage. */
export interface PassageIdentity {
  readonly vehicle: string;
  readonly wasFollowed: boolean;
  /** The gallery's vehicles its tracks ended up as, the longest track's first; none: nothing was decided. */
  readonly galleryIds: readonly string[];
}

/**
 * A crop has road around its vehicle, and the detector's box of a motorcycle leaves its rider out: so a track's box may be much
 * smaller than the crop's, but it lies inside it. Parts of the track's box, and of the crop's.
 */
const LEAST = { inside: 0.75, filled: 0.1 } as const;

/** Frames of each passage, by name, that a track was seen in. */
type FrameCounts = ReadonlyMap<string, number>;

/**
 * Joins what the app said of a video with what is true about it: a track is of the passage that it follows for most of its
 * frames. `lines` as the page wrote them, in order.
 */
export function identifyPassages(
  video: ComposedVideo,
  lines: readonly string[],
): readonly PassageIdentity[] {
  const countsOfTrack = new Map<number, Map<string, number>>();
  const galleryIds = new Map<number, string | null>();
  for (const text of lines) {
    const line = JSON.parse(text) as Line; // written by our own page, a moment ago
    if (line.type === 'identity') galleryIds.set(line.trackId, line.decision.vehicleId);
    if (line.type !== 'frame') continue;
    const frameIndex = Math.round((line.timeUs * video.framesPerSecond) / 1e6);
    for (const { id, state, box } of line.tracks) {
      // Where a lost one is guessed to be, another may drive.
      if (state === 'lost') continue;
      const vehicle = vehicleAt(video.passages, frameIndex, box);
      if (vehicle === null) continue;
      const counts = countsOfTrack.get(id) ?? new Map<string, number>();
      countsOfTrack.set(id, counts.set(vehicle, (counts.get(vehicle) ?? 0) + 1));
    }
  }
  return video.passages.map(({ vehicle }) => {
    const tracks = [...countsOfTrack]
      .filter(([, counts]) => mostOf(counts) === vehicle)
      .sort(([, a], [, b]) => (b.get(vehicle) ?? 0) - (a.get(vehicle) ?? 0));
    return {
      vehicle,
      wasFollowed: tracks.length > 0,
      galleryIds: tracks.flatMap(([id]) => galleryIds.get(id) ?? []),
    };
  });
}

function mostOf(counts: FrameCounts): string | null {
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[0] ?? null;
}

function vehicleAt(
  passages: readonly ComposedPassage[],
  frameIndex: number,
  [x1, y1, x2, y2]: Corners,
): string | null {
  const found = { x1, y1, x2, y2 };
  let best: { readonly vehicle: string; readonly overlap: number } | null = null;
  for (const { vehicle, boxes } of passages) {
    const truth = boxes.find((one) => one.frameIndex === frameIndex)?.box;
    if (!truth || !mayShow(found, truth)) continue;
    const overlap = iou(truth, found);
    if (overlap > (best?.overlap ?? 0)) best = { vehicle, overlap };
  }
  return best?.vehicle ?? null;
}

function mayShow(found: Box, truth: Box): boolean {
  const sharedPx2 = intersectionAreaPx2(found, truth);
  return (
    sharedPx2 >= LEAST.inside * boxAreaPx2(found) && sharedPx2 >= LEAST.filled * boxAreaPx2(truth)
  );
}

/** How well vehicles of the second camera were known from the first. Counts, and fractions; null: nothing to divide by. */
export interface CrossCameraIdentity {
  /** Right ones of those that were taken for a vehicle of the first camera. */
  readonly precision: number | null;
  /** Right ones of those that had passed the first camera. */
  readonly recall: number | null;
  readonly right: number;
  /** Taken for another vehicle of the first camera. */
  readonly wrong: number;
  readonly shared: number;
  /** Passages of both cameras that no track followed: they cost recall. */
  readonly unfollowed: number;
}

/**
 * A gallery vehicle that several vehicles of the first camera ended up as is right for each of them. What was a vehicle twice at
 * the first camera is known by either; at the second its longest track counts.
 */
export function scoreAcross(
  first: readonly PassageIdentity[],
  second: readonly PassageIdentity[],
): CrossCameraIdentity {
  const known = new Map<string, Set<string>>();
  for (const { vehicle, galleryIds } of first) {
    for (const id of galleryIds) {
      known.set(id, (known.get(id) ?? new Set<string>()).add(vehicle));
    }
  }
  const taken = second.flatMap(({ vehicle, galleryIds: [id] }) => {
    const owners = id === undefined ? undefined : known.get(id);
    return owners ? [owners.has(vehicle)] : [];
  });
  const seenFirst = new Set(first.map(({ vehicle }) => vehicle));
  const shared = second.filter(({ vehicle }) => seenFirst.has(vehicle)).length;
  const right = taken.filter(Boolean).length;
  return {
    precision: taken.length === 0 ? null : right / taken.length,
    recall: shared === 0 ? null : right / shared,
    right,
    wrong: taken.length - right,
    shared,
    unfollowed: [...first, ...second].filter(({ wasFollowed }) => !wasFollowed).length,
  };
}
