/** A row of which less than this share is left when those before it are taken out is rounding noise. */
const LEAST_SHARE = 1e-4;

/**
 * An orthonormal basis of what rows of `length` values span: each is freed of those before it, twice, since rounding leaves
 * some of them the first time (Gram and Schmidt; "twice is enough", Giraud et al., 2005). Rows that add nothing are left
 * out, where `linalg.gramSchmidt` of the library makes noise of them and `linalg.qr` NaN.
 */
export function orthonormalRows(rows: Float32Array, length: number): Float32Array {
  const basis: Float64Array[] = [];
  for (let start = 0; start + length <= rows.length; start += length) {
    const row = Float64Array.from(rows.subarray(start, start + length));
    const lengthBefore = Math.sqrt(dot(row, row));
    for (let pass = 0; pass < 2; pass += 1) for (const other of basis) takeOut(row, other);
    const left = Math.sqrt(dot(row, row));
    if (left > LEAST_SHARE * lengthBefore) basis.push(row.map((value) => value / left));
  }
  const result = new Float32Array(basis.length * length);
  basis.forEach((row, index) => {
    result.set(row, index * length);
  });
  return result;
}

function takeOut(row: Float64Array, other: Float64Array): void {
  const share = dot(row, other);
  for (let i = 0; i < row.length; i += 1) row[i] = (row[i] ?? 0) - share * (other[i] ?? 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
