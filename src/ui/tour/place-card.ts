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

/** What a card points at. */
export interface CardTarget {
  /** What the ring surrounds. */
  readonly ring: ScreenBox;
  /** All that the card must leave in sight; holds the ring. */
  readonly whole: ScreenBox;
}

/**
 * Where a card lies best: beside its target, wholly on the page and over nothing that must stay in reach, with
 * the shortest arrow; else at least not over its target.
 */
export function placeCard(
  { ring, whole }: CardTarget,
  card: Size,
  page: Size,
  keepClear: readonly ScreenBox[] = [],
): ScreenBox {
  const at = placer(card, page);
  const middle = (page.width - card.width) / 2;
  const left = whole.left + (whole.width - card.width) / 2;
  const top = whole.top + (whole.height - card.height) / 2;
  const places = [
    at(left, whole.top + whole.height + GAP),
    at(left, whole.top - card.height - GAP),
    at(whole.left - card.width - GAP, top),
    at(whole.left + whole.width + GAP, top),
    // Farther off.
    ...keepClear.map((box) => at(middle, box.top - card.height - MARGIN)),
    at(middle, TOP_ROOM),
    at(middle, page.height),
  ];
  const isHigh = whole.top + whole.height / 2 < page.height / 2;
  const besides = places
    .filter((place) => !overlaps(place, whole, GAP - 1))
    .sort((a, b) => arrowLength(a, ring) - arrowLength(b, ring));
  return (
    besides.find((place) => isClear(place, keepClear)) ??
    besides[0] ??
    at(middle, isHigh ? page.height : MARGIN)
  );
}

/**
 * Where a card lies that points at nothing: over nothing that must stay in reach, and not over the last of the
 * pictures, of which it speaks, as long as there is another place.
 */
export function placeFree(
  card: Size,
  page: Size,
  keepClear: readonly ScreenBox[],
  pictures: readonly ScreenBox[],
): ScreenBox {
  const at = placer(card, page);
  const middle = (page.width - card.width) / 2;
  const others = pictures.slice(0, -1);
  const places = [
    at(middle, page.height - card.height - BOTTOM_ROOM),
    at(middle, page.height),
    ...others.map((box) => at(box.left, box.top + box.height - card.height - MARGIN)),
  ].filter((place) => isClear(place, keepClear));
  return (
    places.find((place) => isClear(place, pictures.slice(-1))) ?? places[0] ?? at(middle, TOP_ROOM)
  );
}

/** Puts a card's corner somewhere, or as near as the page allows. */
function placer(card: Size, page: Size): (left: number, top: number) => ScreenBox {
  const maxLeft = Math.max(MARGIN, page.width - card.width - MARGIN);
  const maxTop = Math.max(MARGIN, page.height - card.height - MARGIN);
  return (left, top) => ({
    left: Math.min(maxLeft, Math.max(MARGIN, left)),
    top: Math.min(maxTop, Math.max(MARGIN, top)),
    ...card,
  });
}

function isClear(place: ScreenBox, boxes: readonly ScreenBox[]): boolean {
  return !boxes.some((box) => overlaps(place, box, 0));
}

/** Whole CSS pixels: places as good as each other keep their order. */
function arrowLength(card: ScreenBox, target: ScreenBox): number {
  const { from, to } = arrowBetween(card, target);
  return Math.round(Math.hypot(to.x - from.x, to.y - from.y));
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

/** Whether a line from one point to another runs over a box (clipped as Liang and Barsky do). */
export function crosses(from: Point, to: Point, { left, top, width, height }: ScreenBox): boolean {
  const axes = [
    { start: from.x, run: to.x - from.x, min: left, max: left + width },
    { start: from.y, run: to.y - from.y, min: top, max: top + height },
  ];
  let [enter, leave] = [0, 1];
  for (const { start, run, min, max } of axes) {
    if (run === 0 && (start <= min || start >= max)) return false;
    if (run === 0) continue;
    const [a, b] = [(min - start) / run, (max - start) / run];
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  return enter < leave;
}

function nearestPoint({ left, top, width, height }: ScreenBox, { x, y }: Point): Point {
  return {
    x: Math.min(left + width, Math.max(left, x)),
    y: Math.min(top + height, Math.max(top, y)),
  };
}
