import type { KeyPress } from '../shared/keyboard-commands';

/** What a key asks a replay for. */
export type ReplayCommand =
  | { readonly type: 'toggle' | 'full-screen' | 'help' | 'loop' | 'in' | 'out' }
  | { readonly type: 'move'; readonly byUs: number }
  | { readonly type: 'step' | 'sighting' | 'speed'; readonly by: 1 | -1 }
  | { readonly type: 'edge'; readonly edge: 'start' | 'end' };

const COMMANDS: Readonly<Record<string, ReplayCommand>> = {
  ArrowLeft: { type: 'move', byUs: -10e6 },
  ArrowRight: { type: 'move', byUs: 10e6 },
  ArrowDown: { type: 'move', byUs: -1e6 },
  ArrowUp: { type: 'move', byUs: 1e6 },
  PageDown: { type: 'move', byUs: -60e6 },
  PageUp: { type: 'move', byUs: 60e6 },
  Home: { type: 'edge', edge: 'start' },
  End: { type: 'edge', edge: 'end' },
  ',': { type: 'step', by: -1 },
  '.': { type: 'step', by: 1 },
  '<': { type: 'speed', by: -1 },
  '>': { type: 'speed', by: 1 },
  p: { type: 'sighting', by: -1 },
  n: { type: 'sighting', by: 1 },
  i: { type: 'in' },
  o: { type: 'out' },
  l: { type: 'loop' },
  f: { type: 'full-screen' },
  '?': { type: 'help' },
};

/** Elements that have their own use for every key while they hold the focus. */
const OWN_KEYS = new Set(['input', 'select', 'textarea']);
/** Elements that a space presses. */
const PRESSABLE = new Set(['button', 'a', 'summary']);

/** Keys and what they do, for the help. */
export const REPLAY_KEYS: readonly { readonly keys: readonly string[]; readonly text: string }[] = [
  { keys: ['Space'], text: 'Play and pause' },
  { keys: ['←', '→'], text: '10 seconds back and on' },
  { keys: ['↓', '↑'], text: '1 second back and on' },
  { keys: [',', '.'], text: 'Previous and next picture' },
  { keys: ['<', '>'], text: 'Slower and faster' },
  { keys: ['P', 'N'], text: 'Previous and next sighting' },
  { keys: ['I', 'O'], text: 'In and out point here' },
  { keys: ['L'], text: 'Loop on and off' },
  { keys: ['Home', 'End'], text: 'Beginning and end' },
  { keys: ['F'], text: 'Full screen' },
  { keys: ['Esc'], text: 'Leave full screen, unmark, then back' },
  { keys: ['?'], text: 'This help' },
];

/** The command for a key press; null when the key is not ours there. */
export function replayCommandFor(press: KeyPress): ReplayCommand | null {
  if (press.hasModifier || press.isEditable || press.isDialogOpen) return null;
  if (OWN_KEYS.has(press.targetTag)) return null;
  if (press.key === ' ') return PRESSABLE.has(press.targetTag) ? null : { type: 'toggle' };
  return COMMANDS[press.key] ?? COMMANDS[press.key.toLowerCase()] ?? null;
}
