/* What a field of a stored row may be. Asked of whatever lies in the database, see stored-rows.ts. */

/** Anything with named fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object that is no list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string. */
export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** A finite number. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** 0, 1, 2, ... */
export function isCount(value: unknown): value is number {
  return isNumber(value) && Number.isInteger(value) && value >= 0;
}

/** A string or null. */
export function isStringOrNull(value: unknown): boolean {
  return value === null || isString(value);
}

/** A finite number or null. */
export function isNumberOrNull(value: unknown): boolean {
  return value === null || isNumber(value);
}

/** Strings, all of them. */
export function areStrings(...values: readonly unknown[]): boolean {
  return values.every(isString);
}

/** Finite numbers, all of them. */
export function areNumbers(...values: readonly unknown[]): boolean {
  return values.every(isNumber);
}

/** A list, every item of which passes. */
export function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}
