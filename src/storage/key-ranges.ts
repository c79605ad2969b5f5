/**
 * All keys of a compound index that begin with `first`. An array sorts after every number, string
 * and date, so `[first, []]` lies behind them all.
 */
export function startingWith(first: string): IDBKeyRange {
  return IDBKeyRange.bound([first], [first, []]);
}

/** All numbers below `limit`. */
export function below(limit: number): IDBKeyRange {
  return IDBKeyRange.upperBound(limit, true);
}
