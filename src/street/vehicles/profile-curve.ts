/** A point of a silhouette: x along the vehicle (forward), y up, metres. */
export type ProfilePoint = readonly [xM: number, yM: number];

/**
 * The silhouette as a function of x: a cubic through the points that never overshoots them (Fritsch and Carlson,
 * 1980, with harmonic slopes), so that a roof has no humps. `points` ascend in x; outside them the ends hold.
 */
export function profileCurve(points: readonly ProfilePoint[]): (xM: number) => number {
  const slopes = slopesOf(points);
  const at = (index: number): ProfilePoint => points[index] ?? [0, 0];
  const last = points.length - 1;
  return (xM) => {
    if (xM <= at(0)[0]) return at(0)[1];
    if (xM >= at(last)[0]) return at(last)[1];
    let index = 0;
    while (xM > at(index + 1)[0]) index += 1;
    const [x0, y0] = at(index);
    const [x1, y1] = at(index + 1);
    const span = x1 - x0;
    const t = (xM - x0) / span;
    const t2 = t * t;
    const t3 = t2 * t;
    return (
      (2 * t3 - 3 * t2 + 1) * y0 +
      (t3 - 2 * t2 + t) * span * (slopes[index] ?? 0) +
      (3 * t2 - 2 * t3) * y1 +
      (t3 - t2) * span * (slopes[index + 1] ?? 0)
    );
  };
}

function slopesOf(points: readonly ProfilePoint[]): readonly number[] {
  const chords = points.slice(1).map(([x, y], index) => {
    const [x0, y0] = points[index] ?? [0, 0];
    return (y - y0) / (x - x0);
  });
  return points.map((_, index) => {
    const before = chords[index - 1];
    const after = chords[index];
    if (before === undefined || after === undefined) return before ?? after ?? 0;
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
}

/** 0 below `from`, 1 above `to`, an S between them. */
export function smoothStep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}

/** The nearest value within [low, high]. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
