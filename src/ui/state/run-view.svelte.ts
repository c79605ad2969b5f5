import type { AnalysisController, RunStatus, Settings, Unsubscribe } from '../../contracts/app';
import type { ErrorCode } from '../../contracts/errors';
import type { Sighting } from '../../contracts/gallery';
import type { SightingId, VehicleId } from '../../contracts/match';
import type { CameraSettings } from '../../contracts/source';
import { sourceNoticeText } from '../shared/source-notice-text';

/** The vehicles of a run over a file, for its summary. */
export interface RunTally {
  /** Vehicles that got their number in this run. */
  readonly newCount: number;
  /** Vehicles recognised from an earlier sighting, be it of this run. */
  readonly returningCount: number;
}

/** Warnings about the gallery, which is there without a run. */
const OUTLASTS_RUN: ReadonlySet<ErrorCode> = new Set([
  'STORAGE_FULL',
  'STORAGE_UNAVAILABLE',
  'GALLERY_IN_USE',
  'INTERNAL',
]);

/** The run as the screen shows it, and what the user can do to it. */
export class RunView {
  status = $state.raw() as RunStatus; // set in the constructor; a field initialiser cannot see the controller
  settings = $state.raw() as Settings; // as above
  hasTorch = $state(false);
  /** Errors the user closed stay closed. */
  #dismissedError = $state.raw<object | null>(null);
  #dismissedWarning = $state.raw<object | null>(null);
  /** The source whose notice the user closed. */
  #dismissedSource = $state.raw<object | null>(null);

  readonly controller: AnalysisController;
  readonly #unsubscribers: Unsubscribe[];
  #lastVideo: File | null = null;
  /** The newest state of each sighting: a long one is written again and again while it lasts. */
  readonly #sightings = new Map<SightingId, Pick<Sighting, 'vehicleId' | 'decision'>>();

  constructor(controller: AnalysisController) {
    this.controller = controller;
    this.status = controller.status;
    this.settings = controller.settings;
    this.hasTorch = controller.hasTorch;
    this.#unsubscribers = [
      controller.onStatus((status) => this.#take(status)),
      controller.gallery.onSighting((_vehicle, sighting) => this.#count(sighting)),
    ];
  }

  /** A run is under way in any of its phases. */
  get isActive(): boolean {
    const { state } = this.status;
    return state === 'preparing' || this.isShowing || state === 'stopping';
  }

  /** Frames are coming or about to go on. */
  get isShowing(): boolean {
    return this.status.state === 'running' || this.status.state === 'paused';
  }

  get isLive(): boolean {
    return this.status.source?.pace !== 'offline';
  }

  /** The view holds a picture worth keeping on screen. */
  get hasPicture(): boolean {
    const { state } = this.status;
    return this.isShowing || state === 'stopping' || state === 'finished';
  }

  /** Counted when asked for; not reactive: a summary is made once the run is over. */
  get tally(): RunTally {
    const newVehicles = new Set<VehicleId>();
    const returning = new Set<VehicleId>();
    for (const { vehicleId, decision } of this.#sightings.values()) {
      (decision.outcome === 'matched' ? returning : newVehicles).add(vehicleId);
    }
    return { newCount: newVehicles.size, returningCount: returning.size };
  }

  get error(): RunStatus['error'] {
    const { error } = this.status;
    return error === this.#dismissedError ? null : error;
  }

  /** What is wrong although the run goes on; after it only what still holds, and was not said as its error. */
  get warning(): RunStatus['warning'] {
    const { warning, error } = this.status;
    if (!warning || warning === this.#dismissedWarning || warning.code === error?.code) return null;
    return this.isActive || OUTLASTS_RUN.has(warning.code) ? warning : null;
  }

  /** What should be said about the source in use; null when there is nothing, or it was closed. */
  get sourceNotice(): string | null {
    const { source } = this.status;
    return this.isActive && source !== this.#dismissedSource ? sourceNoticeText(source) : null;
  }

  dismissSourceNotice(): void {
    this.#dismissedSource = this.status.source;
  }

  dismissError(): void {
    this.#dismissedError = this.status.error;
  }

  dismissWarning(): void {
    this.#dismissedWarning = this.status.warning;
  }

  async startCamera(): Promise<void> {
    this.#lastVideo = null;
    await shownByStatus(this.controller.startCamera());
  }

  /** Ends a run that is on: two sources at once is a later feature. */
  async openVideo(file: File): Promise<void> {
    this.#lastVideo = file;
    if (this.isActive) await this.stop();
    await shownByStatus(this.controller.openVideo(file));
  }

  /** Whether the last attempt was a video file that can be opened again. */
  get canRetryVideo(): boolean {
    return this.#lastVideo !== null;
  }

  /** Tries again what failed. */
  async retry(): Promise<void> {
    if (this.#lastVideo) await this.openVideo(this.#lastVideo);
    else await this.startCamera();
  }

  async stop(): Promise<void> {
    await shownByStatus(this.controller.stop());
  }

  /** The space bar: start, pause, go on. Does nothing while the run changes state by itself. */
  toggle(): void {
    const { state } = this.status;
    if (state === 'running') this.controller.pause();
    else if (state === 'paused') this.controller.resume();
    else if (state === 'idle') void this.startCamera();
    else if (state === 'failed' || state === 'finished') void this.retry();
  }

  change(change: Partial<Settings>): void {
    this.controller.updateSettings(change);
    this.settings = this.controller.settings;
  }

  changeCamera(change: Partial<CameraSettings>): void {
    this.change({ camera: { ...this.settings.camera, ...change } });
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
  }

  #take(status: RunStatus): void {
    if (status.state === 'preparing' && this.status.state !== 'preparing') {
      this.#sightings.clear();
    }
    this.status = status;
    this.settings = this.controller.settings;
    this.hasTorch = this.controller.hasTorch;
  }

  #count({ id, vehicleId, decision }: Sighting): void {
    // Live runs have no summary, and no end to what would be kept for it.
    if (this.isActive && !this.isLive) this.#sightings.set(id, { vehicleId, decision });
  }
}

/** The controller puts every failure of a run into its status, where the screen shows it. */
async function shownByStatus(run: Promise<void>): Promise<void> {
  try {
    await run;
  } catch {
    // Already on screen through `status.error`; telling it twice helps nobody.
  }
}
