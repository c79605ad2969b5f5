import { colorAt, isSelected, type PaintTarget } from './draw-layers';
import type { LabelBitmap } from './label-bitmaps';
import { MARK_KINDS } from './marks';
import type { Visual } from './visual';

/** Boxes narrower than this get no label: they are a handful of pixels, far off. CSS pixels. */
const MIN_LABELLED_WIDTH = 12;
/** A label may stick out of its box's side by this share of the box's width. */
const MAX_OVERHANG_SHARE = 0.6;
const LABEL_GAP = 3;
/** Labels whose places are remembered for one frame; later ones are not kept apart. */
const MAX_PLACES = 128;

/** Left, top, right, bottom of the labels drawn so far; made once, used again every frame. */
const places = new Float32Array(MAX_PLACES * 4);

/** Where a label may stand: its own place first, then wherever a short one covers no other. */
const PLACES = [
  { side: 'above', isRight: false },
  { side: 'above', isRight: true },
  { side: 'inside', isRight: false },
  { side: 'inside', isRight: true },
  { side: 'below', isRight: false },
  { side: 'below', isRight: true },
] as const;
type Place = (typeof PLACES)[number];
const OWN_PLACE = PLACES[0];

/**
 * Labels above their boxes, kept inside the view. Each takes the longest form that fits its box and covers
 * no label drawn before, icons of undecided vehicles included; the shortest form may go elsewhere at the
 * box. One for which there is no room at all is left out: over another, neither could be read. What
 * matters most is drawn first, the selected vehicle before all.
 */
export function drawLabels(target: PaintTarget): void {
  let placeCount = 0;
  for (const visual of target.visuals.values()) visual.labelWidth = 0;
  for (const visual of target.visuals.values()) {
    if (isSelected(visual, target)) {
      const label = labelOf(target, visual, 0);
      if (label) placeCount = draw(target, visual, label, OWN_PLACE, placeCount);
    }
  }
  for (let index = MARK_KINDS.length - 1; index >= 0; index -= 1) {
    for (const visual of target.visuals.values()) {
      if (visual.kind !== MARK_KINDS[index] || isSelected(visual, target)) continue;
      if (visual.width < MIN_LABELLED_WIDTH * target.pixelRatio) continue;
      if (!isInPicture(visual, target)) continue;
      placeCount = drawWhereFree(target, visual, placeCount);
    }
  }
}

/** Whether any of a vehicle's box is in the picture: one that runs on outside has nothing to be named. */
function isInPicture({ left, top, width, height }: Visual, { mapping }: PaintTarget): boolean {
  const { offsetX, offsetY, viewWidth, viewHeight } = mapping;
  return (
    left + width > offsetX &&
    left < viewWidth - offsetX &&
    top + height > offsetY &&
    top < viewHeight - offsetY
  );
}

/** Returns how many places are taken now. */
function drawWhereFree(target: PaintTarget, visual: Visual, placeCount: number): number {
  const room = visual.width * (1 + MAX_OVERHANG_SHARE);
  const last = visual.labelTexts.length - 1;
  for (let form = 0; form <= last; form += 1) {
    const label = labelOf(target, visual, form);
    if (!label) return placeCount;
    if (form < last && label.width > room) continue;
    if (isFree(target, visual, label, OWN_PLACE, placeCount)) {
      return draw(target, visual, label, OWN_PLACE, placeCount);
    }
    if (form < last) continue;
    for (const place of PLACES) {
      if (!isFree(target, visual, label, place, placeCount)) continue;
      return draw(target, visual, label, place, placeCount);
    }
  }
  return placeCount;
}

function draw(
  target: PaintTarget,
  visual: Visual,
  label: LabelBitmap,
  place: Place,
  placeCount: number,
): number {
  const x = labelX(target, visual, label, place);
  const y = labelY(target, visual, label, place);
  target.context.drawImage(label.image, x, y);
  visual.labelLeft = x;
  visual.labelTop = y;
  visual.labelWidth = label.width;
  visual.labelHeight = label.height;
  return take(x, y, x + label.width, y + label.height, placeCount);
}

function isFree(
  target: PaintTarget,
  visual: Visual,
  label: LabelBitmap,
  place: Place,
  placeCount: number,
): boolean {
  const x = labelX(target, visual, label, place);
  const y = labelY(target, visual, label, place);
  return !isTaken(x, y, x + label.width, y + label.height, placeCount);
}

function labelOf(target: PaintTarget, visual: Visual, form: number): LabelBitmap | null {
  const key = visual.labelKeys[form] ?? '';
  const text = visual.labelTexts[form] ?? '';
  return target.labels.get(key, text, visual.kind, colorAt(visual.colorIndex));
}

/** Whole device pixels, so that the text stays sharp. */
function labelX(target: PaintTarget, visual: Visual, label: LabelBitmap, place: Place): number {
  const x = place.isRight ? visual.left + visual.width - label.width : visual.left;
  return Math.round(Math.max(0, Math.min(x, target.width - label.width)));
}

function labelY(target: PaintTarget, visual: Visual, label: LabelBitmap, place: Place): number {
  const gap = LABEL_GAP * target.pixelRatio;
  const above = visual.top - label.height - gap;
  let y = visual.top + gap;
  if (place.side === 'below') y = visual.top + visual.height + gap;
  else if (place.side === 'above' && above >= 0) y = above;
  return Math.round(Math.max(0, Math.min(y, target.height - label.height)));
}

function isTaken(
  left: number,
  top: number,
  right: number,
  bottom: number,
  placeCount: number,
): boolean {
  for (let index = 0; index < placeCount * 4; index += 4) {
    const isApart =
      right <= (places[index] ?? 0) ||
      bottom <= (places[index + 1] ?? 0) ||
      left >= (places[index + 2] ?? 0) ||
      top >= (places[index + 3] ?? 0);
    if (!isApart) return true;
  }
  return false;
}

function take(
  left: number,
  top: number,
  right: number,
  bottom: number,
  placeCount: number,
): number {
  if (placeCount >= MAX_PLACES) return placeCount;
  places[placeCount * 4] = left;
  places[placeCount * 4 + 1] = top;
  places[placeCount * 4 + 2] = right;
  places[placeCount * 4 + 3] = bottom;
  return placeCount + 1;
}
