import type { ByteRange } from '../uploads/piece-store';

/**
 * What a `Range` header asks for (RFC 9110, section 14). Null: all of it, which is also the answer to what is no range or several;
 * `unsatisfiable`: none of it is there.
 */
export function parseByteRange(
  header: string | undefined,
  byteCount: number,
): ByteRange | 'unsatisfiable' | null {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const [first, last] = [parts?.[1] ?? '', parts?.[2] ?? ''];
  if (first === '' && last === '') return null;
  if (first === '') {
    const count = Math.min(Number(last), byteCount);
    return count === 0 ? 'unsatisfiable' : { first: byteCount - count, last: byteCount - 1 };
  }
  const from = Number(first);
  const to = last === '' ? byteCount - 1 : Math.min(Number(last), byteCount - 1);
  if (last !== '' && from > Number(last)) return null;
  return from >= byteCount ? 'unsatisfiable' : { first: from, last: to };
}
