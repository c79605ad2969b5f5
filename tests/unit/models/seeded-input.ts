/** Numbers in [-2, 2), about what a normalised picture holds, from a linear congruential generator. */
export function seededInput(seed: number, valueCount: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: valueCount }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // constants of Numerical Recipes
    return (state / 2 ** 32) * 4 - 2;
  });
}
