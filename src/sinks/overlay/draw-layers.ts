import type { VehicleId } from '../../contracts/match';
import type { TrackId } from '../../contracts/track';
import type { LabelBitmaps } from './label-bitmaps';
import {
  IDENTITY_COLORS,
  MARK_KINDS,
  MARK_STYLES,
  PENDING_COLOR,
  SELECTED_LINE_WIDTH,
  type MarkKind,
} from './marks';
import { viewX, viewY, type ViewMapping } from './view-mapping';
import type { Visual } from './visual';

/** What the layers draw on and with; lengths in device pixels. */
export interface PaintTarget {
  readonly context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  readonly visuals: ReadonlyMap<TrackId, Visual>;
  readonly labels: LabelBitmaps;
  readonly pixelRatio: number;
  readonly width: number;
  readonly height: number;
  readonly selected: VehicleId | null;
  readonly mapping: ViewMapping;
}

/** A dark edge around every line, so that it shows on white cars and on night streets alike. */
const CASING_COLOR = 'rgb(6 10 9 / 55%)';
/** Added to the line's own width, CSS pixels. */
const CASING_WIDTH = 2;
const TRAIL_WIDTH = 3;
const TRAIL_ALPHA = 0.55;
/** Corner arms are this share of the box's shorter side. */
const CORNER_SHARE = 0.24;
const CORNER_WIDTH = 5;

/** Colour of a palette index; -1 is a vehicle without a number. */
export function colorAt(colorIndex: number): string {
  return IDENTITY_COLORS[colorIndex] ?? PENDING_COLOR;
}

/** Whether the user marked this vehicle. */
export function isSelected(visual: Visual, target: PaintTarget): boolean {
  return target.selected !== null && visual.identity?.decision.vehicleId === target.selected;
}

/** Lines behind the vehicles, one stroke a colour. */
export function drawTrails(target: PaintTarget): void {
  const { context, mapping } = target;
  context.lineWidth = TRAIL_WIDTH * target.pixelRatio;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.globalAlpha = TRAIL_ALPHA;
  context.setLineDash([]);
  for (let colorIndex = -1; colorIndex < IDENTITY_COLORS.length; colorIndex += 1) {
    let isAny = false;
    for (const visual of target.visuals.values()) {
      if (visual.colorIndex !== colorIndex || visual.trail.count < 2) continue;
      if (!isAny) context.beginPath();
      isAny = true;
      const { trail } = visual;
      context.moveTo(viewX(mapping, trail.xAt(0)), viewY(mapping, trail.yAt(0)));
      for (let index = 1; index < trail.count; index += 1) {
        context.lineTo(viewX(mapping, trail.xAt(index)), viewY(mapping, trail.yAt(index)));
      }
      if (visual.kind !== 'lost') {
        context.lineTo(visual.left + visual.width / 2, visual.top + visual.height);
      }
    }
    if (!isAny) continue;
    context.strokeStyle = colorAt(colorIndex);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** All boxes: for each kind its dark edges in one stroke, then one stroke for each colour. */
export function drawBoxes(target: PaintTarget): void {
  const { context } = target;
  context.lineJoin = 'round';
  context.lineCap = 'butt';
  for (const kind of MARK_KINDS) {
    const style = MARK_STYLES[kind];
    context.setLineDash(style.dash.map((length) => length * target.pixelRatio));
    context.globalAlpha = style.alpha;
    drawCasing(target, kind);
    context.lineWidth = style.lineWidth * target.pixelRatio;
    for (let colorIndex = -1; colorIndex < IDENTITY_COLORS.length; colorIndex += 1) {
      strokeGroup(target, kind, colorIndex);
    }
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  drawSelected(target);
}

/** The dark edge has the line's own pattern: a solid one would fill the gaps of a dashed line. */
function drawCasing(target: PaintTarget, kind: MarkKind): void {
  const { context } = target;
  let isAny = false;
  for (const visual of target.visuals.values()) {
    if (visual.kind !== kind) continue;
    if (!isAny) context.beginPath();
    isAny = true;
    addBox(target, visual);
  }
  if (!isAny) return;
  context.strokeStyle = CASING_COLOR;
  context.lineWidth = (MARK_STYLES[kind].lineWidth + CASING_WIDTH) * target.pixelRatio;
  context.stroke();
}

function strokeGroup(target: PaintTarget, kind: MarkKind, colorIndex: number): void {
  const { context } = target;
  let isAny = false;
  for (const visual of target.visuals.values()) {
    if (visual.kind !== kind || visual.colorIndex !== colorIndex) continue;
    if (!isAny) context.beginPath();
    isAny = true;
    addBox(target, visual);
  }
  if (!isAny) return;
  context.strokeStyle = colorAt(colorIndex);
  context.stroke();
  if (!MARK_STYLES[kind].hasCorners) return;
  context.beginPath();
  for (const visual of target.visuals.values()) {
    if (visual.kind === kind && visual.colorIndex === colorIndex) addCorners(context, visual);
  }
  context.lineWidth = CORNER_WIDTH * target.pixelRatio;
  context.stroke();
  context.lineWidth = MARK_STYLES[kind].lineWidth * target.pixelRatio;
}

function addBox(target: PaintTarget, visual: Visual): void {
  target.context.rect(visual.left, visual.top, visual.width, visual.height);
}

function addCorners(context: PaintTarget['context'], visual: Visual): void {
  const { left, top, width, height } = visual;
  const right = left + width;
  const bottom = top + height;
  const arm = Math.min(width, height) * CORNER_SHARE;
  context.moveTo(left, top + arm);
  context.lineTo(left, top);
  context.lineTo(left + arm, top);
  context.moveTo(right - arm, top);
  context.lineTo(right, top);
  context.lineTo(right, top + arm);
  context.moveTo(right, bottom - arm);
  context.lineTo(right, bottom);
  context.lineTo(right - arm, bottom);
  context.moveTo(left + arm, bottom);
  context.lineTo(left, bottom);
  context.lineTo(left, bottom - arm);
}

function drawSelected(target: PaintTarget): void {
  if (target.selected === null) return;
  const { context } = target;
  for (const visual of target.visuals.values()) {
    if (!isSelected(visual, target)) continue;
    context.beginPath();
    addBox(target, visual);
    context.strokeStyle = '#ffffff';
    context.lineWidth = (SELECTED_LINE_WIDTH + 3) * target.pixelRatio;
    context.stroke();
    context.strokeStyle = colorAt(visual.colorIndex);
    context.lineWidth = SELECTED_LINE_WIDTH * target.pixelRatio;
    context.stroke();
  }
}
