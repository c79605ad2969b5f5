import { colorAt, isSelected, type PaintTarget } from './draw-layers';
import type { LabelBitmap } from './label-bitmaps';
import { MARK_KINDS } from './marks';
import type { Visual } from './visual';

/** Boxes narrower than this get no label: it would cover the vehicle and its neighbours. CSS pixels. */
const MIN_LABELLED_WIDTH = 20;
/** A label may stick out of its box's side by this share of the box's width. */
const MAX_OVERHANG_SHARE = 0.6;
const LABEL_GAP = 3;
/** Labels whose places are remembered for one frame; later ones are not kept apart. */
const MAX_PLACES = 128;

/** Left, top, right, bottom of the labels drawn so far; made once, used again every frame. */
const places = new Float32Array(MAX_PLACES * 4);

/**
 * Labels above their boxes, kept inside the view. Each takes the longest form that fits its box and covers
 * no label drawn before; what matters most is drawn first, the selected vehicle before all.
 */
export function drawLabels(target: PaintTarget): void {
  let placeCount = 0;
  for (const visual of target.visuals.values()) {
    if (isSelected(visual, target)) placeCount = drawLabel(target, visual, true, placeCount);
  }
  for (let index = MARK_KINDS.length - 1; index >= 0; index -= 1) {
    for (const visual of target.visuals.values()) {
      if (visual.kind !== MARK_KINDS[index] || isSelected(visual, target)) continue;
      placeCount = drawLabel(target, visual, false, placeCount);
    }
  }
}

/** Returns how many places are taken now. */
function drawLabel(
  target: PaintTarget,
  visual: Visual,
  isForced: boolean,
  placeCount: number,
): number {
  const { pixelRatio } = target;
  if (!isForced && visual.width < MIN_LABELLED_WIDTH * pixelRatio) return placeCount;
  const room = visual.width * (1 + MAX_OVERHANG_SHARE);
  const last = visual.labelTexts.length - 1;
  for (let form = 0; form <= last; form += 1) {
    const label = labelOf(target, visual, form);
    if (!label) return placeCount;
    const x = labelX(target, visual, label);
    const y = labelY(target, visual, label);
    const isCovering = isTaken(x, y, x + label.width, y + label.height, placeCount);
    if (!isForced && form < last && (isCovering || label.width > room)) continue;
    // A vehicle without a number has nothing to say that is worth covering one that has.
    if (isCovering && visual.kind === 'pending') return placeCount;
    target.context.drawImage(label.image, x, y);
    return take(x, y, x + label.width, y + label.height, placeCount);
  }
  return placeCount;
}

function labelOf(target: PaintTarget, visual: Visual, form: number): LabelBitmap | null {
  const key = visual.labelKeys[form] ?? '';
  const text = visual.labelTexts[form] ?? '';
  return target.labels.get(key, text, visual.kind, colorAt(visual.colorIndex));
}

/** Whole device pixels, so that the text stays sharp. */
function labelX(target: PaintTarget, visual: Visual, label: LabelBitmap): number {
  return Math.round(Math.max(0, Math.min(visual.left, target.width - label.width)));
}

function labelY(target: PaintTarget, visual: Visual, label: LabelBitmap): number {
  const gap = LABEL_GAP * target.pixelRatio;
  const above = visual.top - label.height - gap;
  return Math.round(above >= 0 ? above : Math.max(0, visual.top + gap));
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
