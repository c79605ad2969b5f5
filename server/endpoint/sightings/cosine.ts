import { Refusal } from '../refusal';

/** How far a descriptor's length may be from 1: rounding to 16 bits stays far below. */
const LENGTH_TOLERANCE = 0.01;

/** As PostgreSQL's `real` keeps it. Throws {@link Refusal} INVALID_REQUEST unless it is of unit length, within 1 %. */
export function unitDescriptor(values: readonly number[]): Float32Array {
  const descriptor = Float32Array.from(values);
  const length = lengthOf(descriptor);
  // Written so that NaN, the length of what float32 cannot hold, is refused as well.
  if (Math.abs(length - 1) <= LENGTH_TOLERANCE) return descriptor;
  throw new Refusal(
    'INVALID_REQUEST',
    `Expected a descriptor of length 1 (within ${LENGTH_TOLERANCE}), found ${length.toPrecision(4)}.`,
  );
}

/** Cosine of two vectors of the same length, in [-1, 1]. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let product = 0;
  for (let i = 0; i < one.length; i += 1) product += (one[i] ?? 0) * (other[i] ?? 0);
  return Math.max(-1, Math.min(1, product / (lengthOf(one) * lengthOf(other))));
}

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}
