/**
 * The error rate at the threshold where as many different pairs are accepted (similarity at or above it) as same pairs
 * are refused: mean of both rates where they are closest, [0, 1]. Null without a pair of each kind.
 */
export function equalErrorRate(
  same: readonly number[],
  different: readonly number[],
): number | null {
  if (same.length === 0 || different.length === 0) return null;
  const [right, wrong] = [Float64Array.from(same).sort(), Float64Array.from(different).sort()];
  let best = { gap: Infinity, rate: 1 };
  let [refused, rejected] = [0, 0];
  for (;;) {
    const [refusedRate, acceptedRate] = [refused / right.length, 1 - rejected / wrong.length];
    const gap = Math.abs(refusedRate - acceptedRate);
    if (gap < best.gap) best = { gap, rate: (refusedRate + acceptedRate) / 2 };
    // The next threshold is just above the lowest similarity that is still accepted.
    const lowest = Math.min(right[refused] ?? Infinity, wrong[rejected] ?? Infinity);
    if (lowest === Infinity) return best.rate;
    while ((right[refused] ?? Infinity) <= lowest) refused += 1;
    while ((wrong[rejected] ?? Infinity) <= lowest) rejected += 1;
  }
}
