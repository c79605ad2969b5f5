import {
  Box3,
  Color,
  NearestFilter,
  Vector3,
  WebGLRenderTarget,
  type Object3D,
  type PerspectiveCamera,
  type Scene,
  type WebGLRenderer,
} from 'three';
import type { StreetCameraPlan } from '../../contracts/street';
import { asMesh, FlatMaterials, isSolid } from './flat-materials';
import { ShelfPacker, type Place } from './shelf-packer';
import type { Project } from './vehicle-extent';

/**
 * Picture elements counted for each pixel of the frame, each way. At a half, the edges of a vehicle of 40 px are
 * counted to about 2 %, and both counts of a vehicle that nothing hides agree exactly.
 */
const DENSITY = 0.5;
/** Room for the silhouettes of all vehicles of a street; whatever more there are wait for the next sheet. */
const SHEET_PX = 512;
/** Silhouettes larger than this (right below the camera, mostly outside the frame) are counted more coarsely. */
const MAX_TILE_PX = 384;
/** How far outside the frame a silhouette is followed, in frames: what passes the camera has no end there. */
const MAX_OUTSIDE = 2;

/** What lies between the street and the pixels, as far as it must be known here. */
export interface MeterLens {
  /** Sees all that the frame shows. */
  readonly camera: PerspectiveCamera;
  project(...placeM: Parameters<Project>): ReturnType<Project>;
}

/** What one camera sees of one vehicle. */
export interface Visibility {
  /** Seen elements over those of the whole silhouette, [0, 1]. */
  readonly share: number;
  /** Whether any of the silhouette is in the frame, hidden or not. */
  readonly isInFrame: boolean;
}

/** Elements of one whole silhouette, on the raster's scale. */
interface SilhouetteCount {
  readonly whole: number;
  readonly inFrame: number;
}

/** A silhouette that waits to be counted: where on the raster it is, and how large it is drawn. */
interface Tile {
  readonly index: number;
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly drawnWidthPx: number;
  readonly drawnHeightPx: number;
}

/**
 * Counts how much of each vehicle one camera sees: one flat picture of everything, and small ones of each
 * vehicle alone, whole, whatever hides it and wherever the frame ends. Counted as a pinhole sees it, before the lens
 * bends it: that changes the share by far less than the counting does.
 */
export class VisibilityMeter {
  readonly #renderer: WebGLRenderer;
  readonly #camera: PerspectiveCamera;
  readonly #flat = new FlatMaterials();
  readonly #raster: WebGLRenderTarget;
  readonly #sheet = createTarget(SHEET_PX, SHEET_PX);
  readonly #pixels: Uint8Array;
  readonly #sheetPixels = new Uint8Array(SHEET_PX * SHEET_PX * 4);
  /** For each element of the raster, bottom row first: 1 inside the frame. */
  readonly #isInFrame: Uint8Array;

  /** `renderer` is borrowed; `lens` is read once and must stay where it is. */
  constructor(renderer: WebGLRenderer, lens: MeterLens, plan: StreetCameraPlan) {
    this.#renderer = renderer;
    this.#camera = lens.camera.clone();
    // As in the formula of a pinhole: how much wider than the frame this camera sees.
    const wider =
      Math.tan((lens.camera.fov * Math.PI) / 360) / Math.tan((plan.verticalFovDeg * Math.PI) / 360);
    const widthPx = Math.round(plan.widthPx * wider * DENSITY);
    const heightPx = Math.round(plan.heightPx * wider * DENSITY);
    this.#raster = createTarget(widthPx, heightPx);
    this.#pixels = new Uint8Array(widthPx * heightPx * 4);
    this.#isInFrame = maskOfFrame(lens, plan, widthPx, heightPx);
  }

  /**
   * What is seen of each vehicle. `vehicles`: their root objects, which stand in the scene with their matrices up to
   * date. The scene is as it was when this returns.
   */
  measure(scene: Scene, vehicles: readonly Object3D[]): readonly Visibility[] {
    const { shadowMap } = this.#renderer;
    const { autoUpdate } = shadowMap;
    const clearColour = this.#renderer.getClearColor(new Color());
    const clearAlpha = this.#renderer.getClearAlpha();
    shadowMap.autoUpdate = false;
    this.#renderer.setClearColor(0x000000, 0);
    this.#flat.paint(scene, vehicles);
    try {
      const seen = this.#countSeen(scene, vehicles.length);
      const silhouettes = this.#countSilhouettes(vehicles);
      return seen.map((count, index) => {
        const { whole, inFrame } = silhouettes[index] ?? NOTHING;
        return { share: count / Math.max(whole, count, 1), isInFrame: inFrame > 0 };
      });
    } finally {
      this.#flat.restore();
      this.#camera.clearViewOffset();
      this.#renderer.setRenderTarget(null);
      this.#renderer.setClearColor(clearColour, clearAlpha);
      shadowMap.autoUpdate = autoUpdate;
    }
  }

  dispose(): void {
    this.#flat.dispose();
    this.#raster.dispose();
    this.#sheet.dispose();
  }

  #countSeen(scene: Scene, count: number): number[] {
    const { width, height } = this.#raster;
    this.#renderer.setRenderTarget(this.#raster);
    this.#renderer.render(scene, this.#camera);
    this.#renderer.readRenderTargetPixels(this.#raster, 0, 0, width, height, this.#pixels);
    const counts = new Array<number>(count).fill(0);
    for (let index = 0; index < this.#isInFrame.length; index += 1) {
      const mark = this.#pixels[index * 4] ?? 0;
      if (mark > 0 && this.#isInFrame[index] === 1) counts[mark - 1] = (counts[mark - 1] ?? 0) + 1;
    }
    return counts;
  }

  #countSilhouettes(vehicles: readonly Object3D[]): readonly SilhouetteCount[] {
    const counts = new Array<SilhouetteCount>(vehicles.length).fill(NOTHING);
    const waiting = vehicles.flatMap((vehicle, index) => this.#tileFor(vehicle, index) ?? []);
    while (waiting.length > 0) {
      const packer = new ShelfPacker(SHEET_PX, SHEET_PX);
      const drawn: { tile: Tile; place: Place }[] = [];
      for (;;) {
        const tile = waiting[0];
        const place = tile ? packer.place(tile.drawnWidthPx, tile.drawnHeightPx) : null;
        if (!tile || !place) break;
        waiting.shift();
        this.#drawAlone(vehicles[tile.index], tile, place);
        drawn.push({ tile, place });
      }
      const rows = packer.usedHeightPx;
      this.#renderer.readRenderTargetPixels(this.#sheet, 0, 0, SHEET_PX, rows, this.#sheetPixels);
      for (const { tile, place } of drawn) counts[tile.index] = this.#countTile(tile, place);
    }
    return counts;
  }

  #drawAlone(vehicle: Object3D | undefined, tile: Tile, place: Place): void {
    if (!vehicle) return;
    const { width, height } = this.#raster;
    this.#camera.setViewOffset(width, height, tile.xPx, tile.yPx, tile.widthPx, tile.heightPx);
    this.#sheet.viewport.set(place.xPx, place.yPx, tile.drawnWidthPx, tile.drawnHeightPx);
    this.#sheet.scissor.copy(this.#sheet.viewport);
    this.#renderer.setRenderTarget(this.#sheet);
    this.#renderer.render(vehicle, this.#camera);
    this.#camera.clearViewOffset();
  }

  #countTile(tile: Tile, place: Place): SilhouetteCount {
    const { width, height } = this.#raster;
    // Larger than 1 for silhouettes that are counted more coarsely.
    const stepX = tile.widthPx / tile.drawnWidthPx;
    const stepY = tile.heightPx / tile.drawnHeightPx;
    let whole = 0;
    let inFrame = 0;
    for (let y = 0; y < tile.drawnHeightPx; y += 1) {
      // A tile's place counts from the top, as cameras do; pixels come bottom row first.
      const rasterY = height - tile.yPx - tile.heightPx + Math.floor((y + 0.5) * stepY);
      for (let x = 0; x < tile.drawnWidthPx; x += 1) {
        const pixel = (place.yPx + y) * SHEET_PX + place.xPx + x;
        if (this.#sheetPixels[pixel * 4] === 0) continue;
        whole += 1;
        const rasterX = tile.xPx + Math.floor((x + 0.5) * stepX);
        const isOnRaster = rasterX >= 0 && rasterX < width && rasterY >= 0 && rasterY < height;
        if (isOnRaster && this.#isInFrame[rasterY * width + rasterX] === 1) inFrame += 1;
      }
    }
    const scale = stepX * stepY;
    return { whole: whole * scale, inFrame: inFrame * scale };
  }

  /** The part of the raster, far beyond its edges if need be, that the vehicle's solid parts cover. */
  #tileFor(vehicle: Object3D, index: number): Tile | null {
    const { width, height } = this.#raster;
    const extent = this.#extentOnRaster(solidBounds(vehicle));
    const x1 = Math.floor(Math.max(extent.x1, -MAX_OUTSIDE * width));
    const y1 = Math.floor(Math.max(extent.y1, -MAX_OUTSIDE * height));
    const x2 = Math.ceil(Math.min(extent.x2, (1 + MAX_OUTSIDE) * width));
    const y2 = Math.ceil(Math.min(extent.y2, (1 + MAX_OUTSIDE) * height));
    if (x1 >= x2 || y1 >= y2) return null;
    return {
      index,
      xPx: x1,
      yPx: y1,
      widthPx: x2 - x1,
      heightPx: y2 - y1,
      drawnWidthPx: Math.min(x2 - x1, MAX_TILE_PX),
      drawnHeightPx: Math.min(y2 - y1, MAX_TILE_PX),
    };
  }

  #extentOnRaster(bounds: Box3): { x1: number; y1: number; x2: number; y2: number } {
    const { width, height } = this.#raster;
    const { min, max } = bounds;
    const extent = { x1: Infinity, y1: Infinity, x2: -Infinity, y2: -Infinity };
    for (let corner = 0; corner < 8; corner += 1) {
      const point = new Vector3(
        corner & 1 ? max.x : min.x,
        corner & 2 ? max.y : min.y,
        corner & 4 ? max.z : min.z,
      ).applyMatrix4(this.#camera.matrixWorldInverse);
      // Behind the camera it is nowhere: the vehicle may reach to any edge.
      if (point.z > -this.#camera.near)
        return { x1: -Infinity, y1: -Infinity, x2: Infinity, y2: Infinity };
      point.applyMatrix4(this.#camera.projectionMatrix);
      const x = ((point.x + 1) / 2) * width;
      const y = ((1 - point.y) / 2) * height;
      extent.x1 = Math.min(extent.x1, x);
      extent.x2 = Math.max(extent.x2, x);
      extent.y1 = Math.min(extent.y1, y);
      extent.y2 = Math.max(extent.y2, y);
    }
    return extent;
  }
}

const NOTHING: SilhouetteCount = { whole: 0, inFrame: 0 };

function createTarget(widthPx: number, heightPx: number): WebGLRenderTarget {
  const target = new WebGLRenderTarget(widthPx, heightPx, {
    minFilter: NearestFilter,
    magFilter: NearestFilter,
    generateMipmaps: false,
  });
  target.scissorTest = true;
  return target;
}

/** Axis-aligned bounds on the street. */
function solidBounds(vehicle: Object3D): Box3 {
  const bounds = new Box3();
  vehicle.traverseVisible((object) => {
    const mesh = asMesh(object);
    // A repainted mesh is solid; one that was left out has no layer.
    if (!mesh || mesh.layers.mask === 0 || !isSolid(mesh)) return;
    const { geometry } = mesh;
    if (!geometry.boundingBox) geometry.computeBoundingBox();
    const own = geometry.boundingBox;
    if (own) bounds.union(new Box3().copy(own).applyMatrix4(mesh.matrixWorld));
  });
  return bounds;
}

/** The frame's edge is bent by the lens: which elements of the pinhole's raster lie inside. */
function maskOfFrame(
  lens: MeterLens,
  plan: StreetCameraPlan,
  widthPx: number,
  heightPx: number,
): Uint8Array {
  const mask = new Uint8Array(widthPx * heightPx);
  const point = new Vector3();
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      const upright = ((y + 0.5) / heightPx) * 2 - 1;
      point.set(((x + 0.5) / widthPx) * 2 - 1, upright, 0).unproject(lens.camera);
      const place = lens.project(point.x, point.y, point.z);
      const isInside =
        place !== null &&
        place.xPx >= 0 &&
        place.yPx >= 0 &&
        place.xPx < plan.widthPx &&
        place.yPx < plan.heightPx;
      mask[y * widthPx + x] = isInside ? 1 : 0;
    }
  }
  return mask;
}
