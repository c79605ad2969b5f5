/** A length for a person: megabytes of a million bytes, as disks and downloads are told. */
export function bytesText(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
