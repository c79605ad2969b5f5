/** Parts of the page that may have the focus although nothing in them is pressed. */
const HOME = '[tabindex="-1"]';
/** Comes and goes by itself: the focus goes back to where it was before. */
const PASSING = '[data-tour-card]';

/**
 * Gives the focus a place when the element that has it is taken off the page, where browsers let it fall to the
 * document's beginning: to the nearest part of the page that is left around it. Until the returned function is
 * called; for an effect.
 */
export function keepFocus(): () => void {
  let last: HTMLElement | null = null;
  /** Where the focus may go, best first. */
  let homes: readonly HTMLElement[] = [];
  let before: HTMLElement | null = null;

  const note = ({ target, relatedTarget }: FocusEvent): void => {
    if (!(target instanceof HTMLElement)) return;
    const passing = target.closest(PASSING);
    const cameFrom = relatedTarget instanceof HTMLElement ? relatedTarget : null;
    if (!passing) before = null;
    else if (!passing.contains(cameFrom)) before = cameFrom;
    last = target;
    homes = [...homesOf(target), ...(before ? [before, ...homesOf(before)] : [])];
  };
  // Some browsers tell of an element that is taken away as if it had been left: by then it is gone.
  const forget = (): void =>
    queueMicrotask(() => {
      if (last?.isConnected && document.activeElement === document.body) last = null;
    });
  const observer = new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    last = null;
    const home = [...homes, document.querySelector('main')].find((element) => element?.isConnected);
    home?.focus({ preventScroll: true });
  });

  document.addEventListener('focusin', note);
  document.addEventListener('focusout', forget);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener('focusin', note);
    document.removeEventListener('focusout', forget);
    observer.disconnect();
  };
}

/** The parts of the page that an element is in, from the inside out. */
function homesOf(element: HTMLElement): HTMLElement[] {
  const home = element.parentElement?.closest<HTMLElement>(HOME);
  return home ? [home, ...homesOf(home)] : [];
}
