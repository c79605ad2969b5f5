/**
 * Whether somebody reads or operates the tour's card: a pointer rests on it, or the keyboard is in it. A finger
 * leaves its hover behind, and a press its focus; neither holds a card.
 */
export function isCardHeld(): boolean {
  const card = document.querySelector('[data-tour-card]');
  if (!card) return false;
  const isPointedAt = matchMedia('(hover: hover)').matches && card.matches(':hover');
  const { activeElement } = document;
  return (
    isPointedAt ||
    (card.contains(activeElement) && activeElement?.matches(':focus-visible') === true)
  );
}
