import type { TrackIdentity } from '../../contracts/match';
import type { TrackState } from '../../contracts/track';

/**
 * How a vehicle stands, as drawn.
 * - `pending`: followed, not yet decided who it is.
 * - `known`: has its number (new, or unidentifiable).
 * - `returning`: recognised from an earlier sighting.
 * - `lost`: hidden at the moment, its box is a guess.
 */
export type MarkKind = 'pending' | 'known' | 'returning' | 'lost';

/** Every kind, in the order they are painted: what matters most lies on top. */
export const MARK_KINDS: readonly MarkKind[] = ['lost', 'pending', 'known', 'returning'];

/** How one kind's box is drawn; lengths in CSS pixels. */
export interface MarkStyle {
  readonly lineWidth: number;
  readonly dash: readonly number[];
  readonly alpha: number;
  /** Heavy corners beside the line, for the one state nobody should miss. */
  readonly hasCorners: boolean;
}

/** Told apart by pattern, width and corners, and by the label's icon: colour says only which vehicle. */
export const MARK_STYLES: Readonly<Record<MarkKind, MarkStyle>> = {
  pending: { lineWidth: 1.5, dash: [2, 4], alpha: 0.95, hasCorners: false },
  known: { lineWidth: 2, dash: [], alpha: 1, hasCorners: false },
  returning: { lineWidth: 2.5, dash: [], alpha: 1, hasCorners: true },
  lost: { lineWidth: 1.5, dash: [9, 7], alpha: 0.8, hasCorners: false },
};

/** Line width of the vehicle the user selected. */
export const SELECTED_LINE_WIDTH = 5;

/** Colour of a vehicle without a number yet. */
export const PENDING_COLOR = '#f4f7f6';

/**
 * Okabe and Ito's palette (jfly.uni-koeln.de/color), its blue lightened to show on asphalt and its
 * black left out. The number is on every label: colours repeat after seven.
 */
export const IDENTITY_COLORS: readonly string[] = [
  '#56b4e9',
  '#e69f00',
  '#2fc49a',
  '#f0e442',
  '#e8927c',
  '#d99ac5',
  '#7fa4ff',
];

/** Palette index of a vehicle number. */
export function identityColorIndex(vehicleNumber: number): number {
  return Math.abs(Math.trunc(vehicleNumber)) % IDENTITY_COLORS.length;
}

/** How a followed vehicle stands; null for one that must not be shown as a vehicle yet. */
export function markKind(state: TrackState, identity: TrackIdentity | null): MarkKind | null {
  if (state === 'tentative') return null;
  if (state === 'lost') return 'lost';
  if (!identity) return 'pending';
  return identity.decision.outcome === 'matched' ? 'returning' : 'known';
}
