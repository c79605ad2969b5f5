import type { CameraId } from '../../contracts/frame';
import type { PicturePoint, PrivacyMask } from '../../contracts/session';

/** What a key or a button moves a corner by: a hundredth of the picture. */
export const STEP = 0.01;
/** An area that is added whole covers the middle of the picture by so much. */
const NEW_AREA = 0.3;
/** Fewer corners enclose nothing. */
const LEAST_CORNERS = 3;

type Polygon = readonly PicturePoint[];

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** The areas of one camera while they are drawn. Points are fractions of the picture. */
export class MaskDrawing {
  polygons = $state.raw<readonly Polygon[]>([]);
  /** Corners of the area being drawn, not closed yet. */
  open = $state.raw<Polygon>([]);
  readonly cameraId: CameraId;

  constructor(cameraId: CameraId, masks: readonly PrivacyMask[]) {
    this.cameraId = cameraId;
    this.polygons = masks.find((mask) => mask.cameraId === cameraId)?.polygons ?? [];
  }

  /** The open area has enough corners to be one. */
  get canClose(): boolean {
    return this.open.length >= LEAST_CORNERS;
  }

  addCorner(point: PicturePoint): void {
    this.open = [...this.open, { x: within(point.x), y: within(point.y) }];
  }

  /** Takes the last corner of the open area back. */
  undoCorner(): void {
    this.open = this.open.slice(0, -1);
  }

  close(): void {
    if (!this.canClose) return;
    this.polygons = [...this.polygons, this.open];
    this.open = [];
  }

  /** For who does not point: a rectangle in the middle, to be moved by its corners. */
  addRectangle(): void {
    const [low, high] = [0.5 - NEW_AREA / 2, 0.5 + NEW_AREA / 2];
    const corners = [
      { x: low, y: low },
      { x: high, y: low },
      { x: high, y: high },
      { x: low, y: high },
    ];
    this.polygons = [...this.polygons, corners];
  }

  moveCorner(polygon: number, corner: number, to: PicturePoint): void {
    const moved = { x: within(to.x), y: within(to.y) };
    this.polygons = this.polygons.map((points, index) =>
      index === polygon ? points.map((point, at) => (at === corner ? moved : point)) : points,
    );
  }

  remove(polygon: number): void {
    this.polygons = this.polygons.filter((_, index) => index !== polygon);
  }

  /** All masks with this camera's replaced by what was drawn; an open area that could be closed counts. */
  applyTo(masks: readonly PrivacyMask[]): readonly PrivacyMask[] {
    this.close();
    const others = masks.filter((mask) => mask.cameraId !== this.cameraId);
    if (this.polygons.length === 0) return others;
    return [...others, { cameraId: this.cameraId, polygons: this.polygons }];
  }
}
