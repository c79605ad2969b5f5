/** Whole numbers with separators: `1,204`. */
export function countText(count: number, locale?: string): string {
  return Math.round(count).toLocaleString(locale);
}

/** `1 vehicle`, `3 vehicles`; the plural is the singular and an s unless given. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${countText(count)} ${count === 1 ? singular : plural}`;
}

/** `0 kB`, `12 MB`, `3.4 GB`; decimal units, as browsers and systems show storage. */
export function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Milliseconds for the HUD: two digits that mean something. */
export function millisecondsText(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 1) return ms.toFixed(2);
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}

/** A share as `42 %`, rounded down so that 100 means done. */
export function percentText(share: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100)}\u202f%`;
}
