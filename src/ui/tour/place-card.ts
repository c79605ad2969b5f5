import type { ScreenBox } from '../state/live-views';

/** CSS pixels between the card and what it points at: the arrow needs them. */
const GAP = 30;
/** Room to the edges of the page. */
const MARGIN = 12;
/** A card that points at nothing stays clear of the run's buttons at the bottom. */
const BOTTOM_ROOM = 88;

/** Height of the bar at the top. */
const TOP_ROOM = 100;

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Where a card lies best: beside its target, wholly on the page and over nothing that must stay in reach; else
 * at least not over its target.
 */
export function placeCard(
  target: ScreenBox | null,
  card: Size,
  page: Size,
  keepClear: readonly ScreenBox[] = [],
): ScreenBox {
  const maxLeft = Math.max(MARGIN, page.width - card.width - MARGIN);
  const maxTop = Math.max(MARGIN, page.height - card.height - MARGIN);
  const at = (left: number, top: number): ScreenBox => ({
    left: Math.min(maxLeft, Math.max(MARGIN, left)),
    top: Math.min(maxTop, Math.max(MARGIN, top)),
    ...card,
  });
  const isClear = (place: ScreenBox): boolean => !keepClear.some((box) => overlaps(place, box, 0));
  const middle = (page.width - card.width) / 2;
  if (!target) {
    const places = [at(middle, page.height - card.height - BOTTOM_ROOM), at(middle, maxTop)];
    return places.find(isClear) ?? at(middle, TOP_ROOM);
  }
  const left = target.left + (target.width - card.width) / 2;
  const top = target.top + (target.height - card.height) / 2;
  const places = [
    at(left, target.top + target.height + GAP),
    at(left, target.top - card.height - GAP),
    at(target.left - card.width - GAP, top),
    at(target.left + target.width + GAP, top),
    // Farther off; the arrow reaches over what must stay clear, or over the page.
    ...keepClear.map((box) => at(middle, box.top - card.height - MARGIN)),
    at(middle, TOP_ROOM),
    at(middle, maxTop),
  ];
  const isHigh = target.top + target.height / 2 < page.height / 2;
  const besides = places.filter((place) => !overlaps(place, target, GAP - 1));
  return besides.find(isClear) ?? besides[0] ?? at(middle, isHigh ? maxTop : MARGIN);
}

/** Whether two boxes are nearer to each other than `room`. */
export function overlaps(a: ScreenBox, b: ScreenBox, room: number): boolean {
  return (
    a.left < b.left + b.width + room &&
    b.left < a.left + a.width + room &&
    a.top < b.top + b.height + room &&
    b.top < a.top + a.height + room
  );
}

/** The shortest arrow from a card to its target, edge to edge. */
export function arrowBetween(card: ScreenBox, target: ScreenBox): { from: Point; to: Point } {
  const centre = { x: target.left + target.width / 2, y: target.top + target.height / 2 };
  const from = nearestPoint(card, centre);
  return { from, to: nearestPoint(target, from) };
}

function nearestPoint({ left, top, width, height }: ScreenBox, { x, y }: Point): Point {
  return {
    x: Math.min(left + width, Math.max(left, x)),
    y: Math.min(top + height, Math.max(top, y)),
  };
}
