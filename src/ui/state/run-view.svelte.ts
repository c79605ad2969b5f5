import type { AnalysisController, RunStatus, Settings, Unsubscribe } from '../../contracts/app';
import type { ErrorCode } from '../../contracts/errors';
import type { CameraSettings } from '../../contracts/source';
import type { StreetWeather } from '../../contracts/street';
import { SHOWROOM_STREET } from '../../core/street-choice';
import { sourceNoticeText } from '../shared/source-notice-text';
import { shownByStatus, type RunRequest } from './run-request';
import { TallyCounter, type RunTally } from './run-tally';

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
  /** What the Demo street has, or will have. */
  weather = $state<StreetWeather>(SHOWROOM_STREET.weather);
  /** Errors the user closed stay closed. */
  #dismissedError = $state.raw<object | null>(null);
  #dismissedWarning = $state.raw<object | null>(null);
  /** The source whose notice the user closed. */
  #dismissedSource = $state.raw<object | null>(null);

  #request = $state.raw<RunRequest | null>(null);
  /** One run ends so that another begins: between the two the screen stays what it is. */
  #restartCount = $state(0);

  readonly controller: AnalysisController;
  readonly #unsubscribers: Unsubscribe[];
  readonly #counter = new TallyCounter();

  constructor(controller: AnalysisController) {
    this.controller = controller;
    this.status = controller.status;
    this.settings = controller.settings;
    this.hasTorch = controller.hasTorch;
    this.#unsubscribers = [
      controller.onStatus((status) => this.#take(status)),
      controller.gallery.onSighting((_vehicle, sighting) => {
        // Live runs have no summary, and no end to what would be kept for it.
        if (this.isActive && !this.isLive) this.#counter.count(sighting);
      }),
    ];
  }

  /** A run is under way in any of its phases. */
  get isActive(): boolean {
    const { state } = this.status;
    if (this.#restartCount > 0) return true;
    return state === 'preparing' || this.isShowing || state === 'stopping';
  }

  /** Frames are coming or about to go on. */
  get isShowing(): boolean {
    return this.status.state === 'running' || this.status.state === 'paused';
  }

  get isLive(): boolean {
    return this.status.source?.pace !== 'offline';
  }

  /** The run is the Demo street. */
  get isStreet(): boolean {
    if (!this.isActive) return false;
    const { source } = this.status;
    return source ? source.kind === 'street' : this.requested === 'street';
  }

  /** The kind of source the user asked for last; null when it was not asked for here. */
  get requested(): RunRequest['type'] | null {
    return this.#request?.type ?? null;
  }

  /** The view holds a picture worth keeping on screen. */
  get hasPicture(): boolean {
    const { state } = this.status;
    return this.isShowing || state === 'stopping' || state === 'finished';
  }

  /** Of a run over a file, see {@link TallyCounter}. */
  get tally(): RunTally {
    return this.#counter.tally;
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
    this.#request = { type: 'camera' };
    await shownByStatus(this.controller.startCamera());
  }

  /** Starts the Demo street, anew where it is on. */
  async startStreet(weather: StreetWeather = this.weather): Promise<void> {
    this.#request = { type: 'street' };
    this.weather = weather;
    this.#restartCount += 1;
    await shownByStatus(this.controller.startStreet({ weather }));
    this.#restartCount -= 1;
  }

  /** Ends the Demo street, if it is on, and shows the user's own vehicles again. */
  async leaveStreet(): Promise<void> {
    await shownByStatus(this.controller.leaveStreet());
  }

  /** Ends a run that is on: two sources at once is a later feature. */
  async openVideo(file: File): Promise<void> {
    if (this.isActive) await this.stop();
    this.#request = { type: 'video', file };
    await shownByStatus(this.controller.openVideo(file));
  }

  /** Tries again what failed. */
  async retry(): Promise<void> {
    const request = this.#request;
    if (request?.type === 'video') await this.openVideo(request.file);
    else if (request?.type === 'street') await this.startStreet();
    else await this.startCamera();
  }

  /** Ends the run; of the Demo street that means to leave it. */
  async stop(): Promise<void> {
    if (this.isStreet) await this.leaveStreet();
    else await shownByStatus(this.controller.stop());
  }

  /**
   * The space bar: start, pause, go on. Does nothing while the run changes state by itself, nor between a street
   * that ends and the one that follows.
   */
  toggle(): void {
    if (this.#restartCount > 0) return;
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

  /** What else changes a setting says so here. */
  noteSettings(): void {
    this.settings = this.controller.settings;
  }

  changeCamera(change: Partial<CameraSettings>): void {
    this.change({ camera: { ...this.settings.camera, ...change } });
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
  }

  #take(status: RunStatus): void {
    if (status.state === 'preparing' && this.status.state !== 'preparing') this.#counter.clear();
    this.status = status;
    this.settings = this.controller.settings;
    this.hasTorch = this.controller.hasTorch;
  }
}
