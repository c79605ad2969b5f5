/** What a key asks for. */
export type Command =
  | 'toggle-run'
  | 'full-screen'
  | 'help'
  | 'models'
  | 'sessions'
  | 'next'
  | 'previous'
  | 'open'
  | 'hud';

/** What the key press hit; read from the event so that this stays free of the DOM. */
export interface KeyPress {
  readonly key: string;
  readonly hasModifier: boolean;
  /** Lower-case tag name of the focused element, and its `type` when it is an input. */
  readonly targetTag: string;
  readonly isEditable: boolean;
  readonly isDialogOpen: boolean;
}

const ARROWS: Readonly<Record<string, Command>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  ArrowRight: 'next',
  ArrowLeft: 'previous',
};

const LETTERS: Readonly<Record<string, Command>> = {
  '?': 'help',
  f: 'full-screen',
  h: 'hud',
  m: 'models',
  s: 'sessions',
};

/** Elements that have their own use for every key while they hold the focus. */
const OWN_KEYS = new Set(['input', 'select', 'textarea']);
/** Elements that a space or Enter presses. */
const PRESSABLE = new Set(['button', 'a', 'summary']);

/** The command for a key press; null when the key is not ours there. Escape is the browser's own. */
export function commandFor(press: KeyPress): Command | null {
  if (press.hasModifier || press.isEditable || OWN_KEYS.has(press.targetTag)) return null;
  if (press.isDialogOpen) {
    // In a vehicle's detail the arrows go to the neighbours; up and down scroll it.
    if (press.key === 'ArrowRight') return 'next';
    return press.key === 'ArrowLeft' ? 'previous' : null;
  }
  if (press.key === ' ') return PRESSABLE.has(press.targetTag) ? null : 'toggle-run';
  if (press.key === 'Enter') return PRESSABLE.has(press.targetTag) ? null : 'open';
  return LETTERS[press.key.toLowerCase()] ?? ARROWS[press.key] ?? null;
}

/** Reads a browser event. */
export function readKeyPress(event: KeyboardEvent, isDialogOpen: boolean): KeyPress {
  const target = event.target instanceof HTMLElement ? event.target : null;
  return {
    key: event.key,
    hasModifier: event.ctrlKey || event.metaKey || event.altKey,
    targetTag: target?.tagName.toLowerCase() ?? '',
    isEditable: target?.isContentEditable ?? false,
    isDialogOpen,
  };
}
