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
      readonly decision: {
        readonly vehicleId: string | null;
        readonly cropTimesUs: readonly number[];
      };
    }
  | { readonly type: 'session' | 'sighting' | 'summary' };

/** What the app made of one passage. */
export interface PassageIdentity {
  readonly vehicle: string;
  readonly wasFollowed: boolean;
  /** The gallery's vehicles its tracks ended up as, that of the most crops first; none: nothing was decided. */
  readonly galleryIds: readonly string[];
}

/**
 * A crop has road around its vehicle, and the detector's box of a motorcycle leaves its rider out: so a track's box may be much
 * smaller than the crop's, but it lies inside it. Parts of the track's box, and of the crop's.
 */
const LEAST = { inside: 0.5, filled: 0.1 } as const;

/** What a track showed in each frame, by its time: a vehicle of a passage; null: none of them. */
type Shown = ReadonlyMap<number, string | null>;

/** What a decision is made of, and by how many crops. */
interface Identity {
  readonly vehicle: string;
  readonly cropCount: number;
  readonly galleryId: string;
}

/**
 * Joins what the app said of a video with what is true about it. A track may go on from its vehicle to something else, so a
 * decision is about the passage that most of its crops show. `lines` as the page wrote them, in order.
 */
export function identifyPassages(
  video: ComposedVideo,
  lines: readonly string[],
): readonly PassageIdentity[] {
  const shownByTrack = new Map<number, Map<number, string | null>>();
  const decisions = new Map<number, Extract<Line, { type: 'identity' }>['decision']>();
  for (const text of lines) {
    const line = JSON.parse(text) as Line; // written by our own page, a moment ago
    if (line.type === 'identity') decisions.set(line.trackId, line.decision);
    if (line.type !== 'frame') continue;
    const frameIndex = Math.round((line.timeUs * video.framesPerSecond) / 1e6);
    for (const { id, state, box } of line.tracks) {
      // Where a lost one is guessed to be, another may drive.
      if (state === 'lost') continue;
      const shown = shownByTrack.get(id) ?? new Map<number, string | null>();
      shownByTrack.set(id, shown.set(line.timeUs, vehicleAt(video.passages, frameIndex, box)));
    }
  }
  const followed = new Set([...shownByTrack.values()].flatMap((shown) => [...shown.values()]));
  const identities = [...decisions].flatMap(([id, { vehicleId, cropTimesUs }]) => {
    const most = mostShown(shownByTrack.get(id) ?? new Map<number, null>(), cropTimesUs);
    return most && vehicleId !== null ? [{ ...most, galleryId: vehicleId }] : [];
  });
  return video.passages.map(({ vehicle }) => ({
    vehicle,
    wasFollowed: followed.has(vehicle),
    galleryIds: identities
      .filter((identity: Identity) => identity.vehicle === vehicle)
      .sort((a, b) => b.cropCount - a.cropCount)
      .map(({ galleryId }) => galleryId),
  }));
}

/** All vehicles of the gallery that tracks were decided to be, be they of a passage or not. */
export function decidedIds(lines: readonly string[]): ReadonlySet<string> {
  return new Set(
    lines.flatMap((text) => {
      const line = JSON.parse(text) as Line; // written by our own page, a moment ago
      const id = line.type === 'identity' ? line.decision.vehicleId : null;
      return id === null ? [] : [id];
    }),
  );
}

/** The vehicle that most of these crops of a track show; null: none, or something else as often. */
function mostShown(
  shown: Shown,
  cropTimesUs: readonly number[],
): Omit<Identity, 'galleryId'> | null {
  const counts = new Map<string, number>();
  for (const timeUs of cropTimesUs) {
    const vehicle = shown.get(timeUs);
    if (typeof vehicle === 'string') counts.set(vehicle, (counts.get(vehicle) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (!most || 2 * most[1] <= cropTimesUs.length) return null;
  return { vehicle: most[0], cropCount: most[1] };
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
  /** Taken for another vehicle of the first camera, or for something that stood beside its road. */
  readonly wrong: number;
  readonly shared: number;
  /** Passages of both cameras that no track followed: they cost recall. */
  readonly unfollowed: number;
}

/**
 * A gallery vehicle that several vehicles of the first camera ended up as is right for each of them. What was a vehicle twice at
 * the first camera is known by either; at the second the one of the most crops counts.
 * `idsOfFirst`: see {@link decidedIds}.
 */
export function scoreAcross(
  first: readonly PassageIdentity[],
  second: readonly PassageIdentity[],
  idsOfFirst: ReadonlySet<string>,
): CrossCameraIdentity {
  const known = new Map<string, Set<string>>();
  for (const { vehicle, galleryIds } of first) {
    for (const id of galleryIds) {
      known.set(id, (known.get(id) ?? new Set<string>()).add(vehicle));
    }
  }
  const taken = second.flatMap(({ vehicle, galleryIds: [id] }) => {
    if (id === undefined || !idsOfFirst.has(id)) return [];
    return [known.get(id)?.has(vehicle) ?? false];
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
