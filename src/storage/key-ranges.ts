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

/** All keys of a compound index whose first part comes after `first`. */
export function beyond(first: string): IDBKeyRange {
  return IDBKeyRange.lowerBound([first, []], true);
}

/** All strings after `key`; null: all keys. */
export function after(key: string | null): IDBKeyRange | null {
  return key === null ? null : IDBKeyRange.lowerBound(key, true);
}
