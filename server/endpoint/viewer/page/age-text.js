/**
 * How long ago: `just now`, `40 s ago`, `3 min ago`, `5 h ago`, `2 days ago`.
 *
 * @param {number} ageMs
 */
export function ageText(ageMs) {
  const seconds = Math.round(ageMs / 1000);
  if (seconds < 3) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
