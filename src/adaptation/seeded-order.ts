import { tidy, randomUniform } from '@tensorflow/tfjs';

/** The numbers below `count` in an order that only `seed` decides. */
export function seededOrder(count: number, seed: number): readonly number[] {
  if (count === 0) return [];
  const keys = tidy(() => randomUniform([count], 0, 1, 'float32', seed).dataSync());
  const keyOf = (index: number): number => keys[index] ?? 0;
  return Array.from({ length: count }, (_, index) => index).sort((a, b) => keyOf(a) - keyOf(b));
}
