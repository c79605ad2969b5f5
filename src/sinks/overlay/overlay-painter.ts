import type { OverlayLayers } from '../../contracts/app';
import type { TrackIdentity, VehicleId } from '../../contracts/match';
import type { Track, TrackId } from '../../contracts/track';
import type { FrameResult } from '../../contracts/worker-api';
import { drawLabels } from './draw-labels';
import { drawBoxes, drawTrails, type PaintTarget } from './draw-layers';
import { hitVisual } from './hit-test';
import { LabelBitmaps } from './label-bitmaps';
import { paintedVehicle, type PaintedVehicle } from './painted-vehicle';
import { containMapping } from './view-mapping';
import { Visual } from './visual';

/**
 * - `live`: boxes run on between inferences and glide to new results.
 * - `exact`: boxes stand where the result of the shown picture put them.
 */
export type OverlayMode = 'live' | 'exact';

/** Size of the element the overlay covers, CSS pixels, and device pixels a CSS pixel. */
export interface OverlayViewport {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

/** CSS pixels that lines may reach beyond the picture. */
const EDGE_ROOM = 4;

/**
 * Draws boxes, labels and trails on one canvas. It starts no clock: the owner calls `paint` when a
 * display frame is due, and again while `isMoving`.
 */
export class OverlayPainter {
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #context: PaintTarget['context'];
  readonly #labels = new LabelBitmaps();
  readonly #visuals = new Map<TrackId, Visual>();
  #layers: OverlayLayers = { boxes: true, labels: true, trails: true };
  #viewport: OverlayViewport = { width: 0, height: 0, pixelRatio: 1 };
  #mode: OverlayMode = 'live';
  #isMirrored = false;
  #selected: VehicleId | null = null;
  #severalOriginUnixMs: number | null = null;
  #frameWidthPx = 0;
  #frameHeightPx = 0;
  #epoch = -1;
  #updateNumber = 0;
  #isDirty = true;
  #isMoving = false;

  /** The canvas belongs to the painter from here; its element size is the owner's business. */
  constructor(canvas: HTMLCanvasElement | OffscreenCanvas) {
    this.#canvas = canvas;
    // The union of both kinds has no common call signature; each kind has its own.
    const context = 'convertToBlob' in canvas ? canvas.getContext('2d') : canvas.getContext('2d');
    if (!context) throw new RangeError('Expected a canvas that can give a 2d context, got none');
    this.#context = context;
  }

  /** Whether a later `paint` would show something else without a new result. */
  get isMoving(): boolean {
    return this.#isMoving;
  }

  /** Vehicles on the overlay, hidden ones included. */
  get visualCount(): number {
    return this.#visuals.size;
  }

  setLayers(layers: OverlayLayers): void {
    this.#layers = layers;
    this.#isDirty = true;
  }

  setMode(mode: OverlayMode): void {
    this.#mode = mode;
    this.#isDirty = true;
  }

  /** The picture below is flipped left to right. */
  setMirrored(isMirrored: boolean): void {
    this.#isMirrored = isMirrored;
    this.#isDirty = true;
  }

  /** The vehicle to draw thick; null for none. */
  setSelected(vehicleId: VehicleId | null): void {
    if (vehicleId === this.#selected) return;
    this.#selected = vehicleId;
    this.#isDirty = true;
  }

  /**
   * In a run with several cameras labels tell how long after which of them a vehicle is seen again: for
   * that, the Unix milliseconds at the source's time 0. Null for a single camera.
   */
  setSeveralCameras(originUnixMs: number | null): void {
    this.#severalOriginUnixMs = originUnixMs;
  }

  /** Call when the element changed its size or moved to a screen of another density. */
  setViewport(viewport: OverlayViewport): void {
    this.#viewport = viewport;
    this.#labels.setPixelRatio(viewport.pixelRatio);
    // Setting a canvas's size clears it, even to the size it has.
    const width = Math.max(1, Math.round(viewport.width * viewport.pixelRatio));
    const height = Math.max(1, Math.round(viewport.height * viewport.pixelRatio));
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#isDirty = true;
  }

  /** Takes one frame's tracks. Nothing of `result` is kept but the tracks' own data. */
  update(
    result: Pick<FrameResult, 'meta' | 'tracks' | 'receivedUnixMs'>,
    identities: ReadonlyMap<TrackId, TrackIdentity>,
    nowUnixMs: number,
  ): void {
    const { meta } = result;
    if (meta.epoch !== this.#epoch) this.clear();
    this.#epoch = meta.epoch;
    this.#frameWidthPx = meta.widthPx;
    this.#frameHeightPx = meta.heightPx;
    this.#updateNumber += 1;
    for (const track of result.tracks) {
      if (track.state === 'tentative') continue;
      this.#updateTrack(track, identities.get(track.id) ?? null, result.receivedUnixMs, nowUnixMs);
    }
    for (const visual of this.#visuals.values()) {
      if (visual.updateNumber !== this.#updateNumber) this.#visuals.delete(visual.trackId);
    }
    this.#isDirty = true;
  }

  /** A decision that came between two results. */
  identify(identity: TrackIdentity, nowUnixMs: number): void {
    if (identity.epoch !== this.#epoch) return;
    this.#visuals.get(identity.trackId)?.identify(identity, nowUnixMs);
    this.#isDirty = true;
  }

  /** Forgets all vehicles; the next `paint` leaves an empty canvas. */
  clear(): void {
    this.#visuals.clear();
    this.#isDirty = true;
  }

  /** Draws what is due at a time; false when nothing changed since the last call and nothing was drawn. */
  paint(nowUnixMs: number): boolean {
    if (!this.#isDirty && !this.#isMoving) return false;
    this.#place(nowUnixMs);
    const target: PaintTarget = {
      context: this.#context,
      visuals: this.#visuals,
      labels: this.#labels,
      pixelRatio: this.#viewport.pixelRatio,
      width: this.#canvas.width,
      height: this.#canvas.height,
      selected: this.#selected,
      mapping: this.#mapping(this.#viewport.pixelRatio),
    };
    this.#context.clearRect(0, 0, target.width, target.height);
    this.#context.save();
    this.#clipToPicture(target.mapping);
    if (this.#layers.trails) drawTrails(target);
    if (this.#layers.boxes) drawBoxes(target);
    this.#context.restore();
    if (this.#layers.labels) drawLabels(target);
    else for (const visual of this.#visuals.values()) visual.labelWidth = 0;
    this.#isDirty = false;
    return true;
  }

  /**
   * The numbered vehicle under a point of the element (CSS pixels), as painted last; small boxes get a
   * finger's room. Null where there is none, or one without a number yet.
   */
  vehicleAt(x: number, y: number): VehicleId | null {
    const { pixelRatio } = this.#viewport;
    const trackId = hitVisual(this.#visuals.values(), x * pixelRatio, y * pixelRatio, pixelRatio);
    if (trackId === null) return null;
    return this.#visuals.get(trackId)?.identity?.decision.vehicleId ?? null;
  }

  /** Vehicles of which something lies in the picture, as painted last. */
  paintedVehicles(): readonly PaintedVehicle[] {
    const { pixelRatio } = this.#viewport;
    const mapping = this.#mapping(pixelRatio);
    const painted: PaintedVehicle[] = [];
    for (const visual of this.#visuals.values()) {
      const vehicle = paintedVehicle(visual, mapping, pixelRatio);
      if (vehicle) painted.push(vehicle);
    }
    return painted;
  }

  /** Where a vehicle was painted last, frame pixels; null when it is not on the overlay. */
  frameBoxOf(trackId: TrackId): { x: number; y: number; width: number; height: number } | null {
    const box = this.#visuals.get(trackId)?.box;
    if (!box) return null;
    const { centreX, centreY, width, height } = box;
    return { x: centreX - width / 2, y: centreY - height / 2, width, height };
  }

  dispose(): void {
    this.clear();
    this.#labels.clear();
  }

  #updateTrack(
    track: Track,
    identity: TrackIdentity | null,
    frameUnixMs: number,
    nowUnixMs: number,
  ): void {
    let visual = this.#visuals.get(track.id);
    if (!visual) {
      visual = new Visual(track.id);
      this.#visuals.set(track.id, visual);
      visual.box.place(track, frameUnixMs);
    } else if (this.#mode === 'live') {
      visual.box.glideTo(track, frameUnixMs, nowUnixMs);
    } else {
      visual.box.place(track, frameUnixMs);
    }
    visual.describe(track, identity, nowUnixMs, this.#severalOriginUnixMs);
    visual.updateNumber = this.#updateNumber;
    const { box } = track;
    // A guessed position is no evidence of where the vehicle went.
    if (track.state === 'confirmed') {
      visual.trail.add((box.x1 + box.x2) / 2, box.y2, box.x2 - box.x1);
    }
  }

  #place(nowUnixMs: number): void {
    const mapping = this.#mapping(this.#viewport.pixelRatio);
    const isPredicted = this.#mode === 'live';
    this.#isMoving = false;
    for (const visual of this.#visuals.values()) {
      const { box } = visual;
      box.moveTo(nowUnixMs, isPredicted);
      visual.width = box.width * mapping.scale;
      visual.height = box.height * mapping.scale;
      const centreX = box.centreX * mapping.scale + mapping.offsetX;
      visual.left = (mapping.isMirrored ? mapping.viewWidth - centreX : centreX) - visual.width / 2;
      visual.top = box.centreY * mapping.scale + mapping.offsetY - visual.height / 2;
      if (isPredicted && !this.#isMoving) this.#isMoving = box.isMoving(nowUnixMs);
    }
  }

  /** A vehicle that leaves the picture is not drawn onto the bars around it. */
  #clipToPicture({ scale, offsetX, offsetY }: PaintTarget['mapping']): void {
    this.#context.beginPath();
    // Half a line's width of room, so that a box on the edge keeps its line.
    const room = EDGE_ROOM * this.#viewport.pixelRatio;
    this.#context.rect(
      offsetX - room,
      offsetY - room,
      this.#frameWidthPx * scale + 2 * room,
      this.#frameHeightPx * scale + 2 * room,
    );
    this.#context.clip();
  }

  #mapping(pixelRatio: number): PaintTarget['mapping'] {
    return containMapping(
      this.#viewport.width * pixelRatio,
      this.#viewport.height * pixelRatio,
      this.#frameWidthPx,
      this.#frameHeightPx,
      this.#isMirrored,
    );
  }
}
