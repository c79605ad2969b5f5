import { iou } from '../../../src/core/geometry';
import type { ComposedPassage, ComposedVideo } from '../../fixtures/compose-two-cameras';

type Corners = readonly [number, number, number, number];

/** The lines of a headless run that count here; see `src/headless/run-to-end.ts`. */
type Line =
  | {
      readonly type: 'frame';
      readonly timeUs: number;
      readonly tracks: readonly { readonly id: number; readonly box: Corners }[];
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
  /** The gallery's vehicle its tracks ended up as, of the longest that has one; null: none was decided. */
  readonly galleryId: string | null;
}

/** A crop has road around its vehicle: a tight box on it overlaps the crop's own by less than a tight truth would. */
const MIN_IOU = 0.3;

/** Joins what the app said of a video with what is true about it. `lines` as the page wrote them, in order. */
export function identifyPassages(
  video: ComposedVideo,
  lines: readonly string[],
): readonly PassageIdentity[] {
  const framesOfTrack = new Map<string, Map<number, number>>();
  const galleryIds = new Map<number, string | null>();
  for (const text of lines) {
    const line = JSON.parse(text) as Line; // written by our own page, a moment ago
    if (line.type === 'identity') galleryIds.set(line.trackId, line.decision.vehicleId);
    if (line.type !== 'frame') continue;
    const frameIndex = Math.round((line.timeUs * video.framesPerSecond) / 1e6);
    for (const { id, box } of line.tracks) {
      const vehicle = vehicleAt(video.passages, frameIndex, box);
      if (vehicle === null) continue;
      const counts = framesOfTrack.get(vehicle) ?? new Map<number, number>();
      framesOfTrack.set(vehicle, counts.set(id, (counts.get(id) ?? 0) + 1));
    }
  }
  return video.passages.map(({ vehicle }) => {
    const tracks = [...(framesOfTrack.get(vehicle) ?? [])].sort((a, b) => b[1] - a[1]);
    const decided = tracks.flatMap(([id]) => galleryIds.get(id) ?? []);
    return { vehicle, wasFollowed: tracks.length > 0, galleryId: decided[0] ?? null };
  });
}

function vehicleAt(
  passages: readonly ComposedPassage[],
  frameIndex: number,
  [x1, y1, x2, y2]: Corners,
): string | null {
  let best: { readonly vehicle: string; readonly overlap: number } | null = null;
  for (const { vehicle, boxes } of passages) {
    const truth = boxes.find((one) => one.frameIndex === frameIndex);
    const overlap = truth ? iou(truth.box, { x1, y1, x2, y2 }) : 0;
    if (overlap >= MIN_IOU && overlap > (best?.overlap ?? 0)) best = { vehicle, overlap };
  }
  return best?.vehicle ?? null;
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

/** A gallery vehicle that several vehicles of the first camera ended up as is right for each of them. */
export function scoreAcross(
  first: readonly PassageIdentity[],
  second: readonly PassageIdentity[],
): CrossCameraIdentity {
  const known = new Map<string, Set<string>>();
  for (const { vehicle, galleryId } of first) {
    if (galleryId !== null) {
      known.set(galleryId, (known.get(galleryId) ?? new Set<string>()).add(vehicle));
    }
  }
  const taken = second.flatMap(({ vehicle, galleryId }) => {
    const owners = galleryId === null ? undefined : known.get(galleryId);
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
