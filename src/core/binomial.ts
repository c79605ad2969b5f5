/** All bounds are at 95 % confidence, one-sided. */
const DOUBT = 0.05;

/**
 * Upper bound at 95 % confidence of the probability behind `count` hits in `total` independent trials: the exact one of
 * Clopper and Pearson, "The use of confidence or fiducial limits" (Biometrika 26, 1934). 1 without trials.
 */
export function upperBound(count: number, total: number): number {
  if (count >= total) return 1;
  let [low, high] = [count / total, 1];
  // Halved until a double cannot tell the two apart.
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (chanceOfAtMost(count, total, middle) > DOUBT) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Trials of which none may hit before a probability can be said to be below `rate` at 95 % confidence: about 3 / rate, the
 * rule of three (Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249, 1983).
 */
export function trialsNeeded(rate: number): number {
  return Math.ceil(Math.log(DOUBT) / Math.log1p(-rate));
}

/** P(X <= count) of a binomial distribution; term by term from X = 0, in logarithms. */
function chanceOfAtMost(count: number, total: number, probability: number): number {
  if (probability >= 1) return 0;
  const logOdds = Math.log(probability) - Math.log1p(-probability);
  let logTerm = total * Math.log1p(-probability);
  let sum = Math.exp(logTerm);
  for (let hits = 1; hits <= count; hits += 1) {
    logTerm += Math.log((total - hits + 1) / hits) + logOdds;
    sum += Math.exp(logTerm);
  }
  return sum;
}
