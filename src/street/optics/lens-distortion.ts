/*
 * Radial distortion of a lens: r' = r (1 + k1 r^2), r in half picture heights from the middle (the first term of
 * Brown, "Decentering distortion of lenses", 1966). r is where a pinhole would draw a point, r' where the lens does.
 */

/**
 * The strongest barrel a lens of this aspect may have: it draws its corners at half the size of the middle. Beyond
 * it the formula soon folds back, and corners would have no picture.
 */
export function limitDistortion(k1: number, aspect: number): number {
  // With 1 + 3 k1 r^2 = 1/2 at the corner R: r = 6/5 R, so k1 = -1 / (6 r^2).
  return Math.max(k1, -1 / (6 * 1.44 * (1 + aspect * aspect)));
}

/** Where the lens draws what a pinhole draws at `radius`; both in half picture heights. Rises with `radius`. */
export function distortRadius(radius: number, k1: number): number {
  const turn = k1 < 0 ? Math.sqrt(-1 / (3 * k1)) : Infinity;
  // Behind its turning point the formula would draw far points back into the picture.
  if (radius > turn) return (radius / turn) * distortRadius(turn, k1);
  return radius * (1 + k1 * radius * radius);
}

/** The inverse of `distortRadius` for what lies within the picture of a limited lens. */
export function undistortRadius(radius: number, k1: number): number {
  let scale = 1;
  const bend = k1 * radius * radius;
  for (let step = 0; step < NEWTON_STEPS; step += 1) {
    scale -= (scale + bend * scale ** 3 - 1) / (1 + 3 * bend * scale * scale);
  }
  return radius * scale;
}

/** Newton's method from 1 is within 1e-6 of the strongest allowed barrel's corner after four. */
export const NEWTON_STEPS = 4;

/** How much larger than the displayed picture the pinhole's picture must be, so that the lens finds all it draws. */
export function pinholeScale(k1: number, aspect: number): number {
  const corner = Math.hypot(1, aspect);
  return Math.max(undistortRadius(corner, k1) / corner, undistortRadius(1, k1));
}
