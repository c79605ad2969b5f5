/** Dot product of two vectors of one length; the cosine when both have unit length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** A copy with unit length. Null for a vector that is not finite or has no length to speak of. */
export function toUnitLength(vector: Float32Array): Float32Array | null {
  const length = Math.sqrt(dot(vector, vector));
  if (!Number.isFinite(length) || length < 1e-6) return null;
  return vector.map((value) => value / length);
}
