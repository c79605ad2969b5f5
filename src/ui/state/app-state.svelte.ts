import { createContext } from 'svelte';
import type { AnalysisController, Unsubscribe } from '../../contracts/app';
import type { AppUpdatesView } from '../../contracts/app-updates';
import type { VehicleId } from '../../contracts/match';
import type { SessionId } from '../../contracts/session';
import { isCardHeld } from '../tour/card-hold';
import { rowBoxOf } from '../tour/row-box';
import type { TourTarget } from '../tour/tour-target';
import { Announcer } from './announcer.svelte';
import { CameraList } from './camera-list.svelte';
import { FullScreen } from './full-screen.svelte';
import { HudSampler } from './hud-sampler.svelte';
import { LiveThumbnails } from './live-thumbnails.svelte';
import { LiveVehicles } from './live-vehicles.svelte';
import { LiveViews, placeOf, type ScreenBox } from './live-views';
import { MinuteClock } from './minute-clock.svelte';
import { ModelsView } from './models-view.svelte';
import { localMemory } from './note-memory';
import { PictureCache } from './picture-cache';
import { RecordingView } from './recording-view.svelte';
import { RunView } from './run-view.svelte';
import { SessionAnalysisView } from './session-analysis.svelte';
import { SessionsView } from './sessions-view.svelte';
import { StorageView } from './storage-view.svelte';
import { SyncView } from './sync-view.svelte';
import { Tour } from './tour.svelte';
import { UpdatesState } from './updates-view.svelte';
import { VehicleDetailState } from './vehicle-detail.svelte';
import { VehicleListState } from './vehicle-list.svelte';
import { neighbourOf } from './vehicle-order';

/** What the screen needs from outside. */
export interface AppServices {
  readonly controller: AnalysisController;
  readonly updates: AppUpdatesView | null;
}

export type DialogName =
  'settings' | 'help' | 'vehicle' | 'models' | 'sessions' | 'masks' | 'endpoint';

/** Everything the components share. */
export class AppState {
  readonly controller: AnalysisController;
  readonly run: RunView;
  readonly live: LiveVehicles;
  /** The pictures of the run's cameras on the page. */
  readonly views = new LiveViews(() => this.thumbnails.clear());
  readonly thumbnails = new LiveThumbnails(this.views);
  readonly vehicles: VehicleListState;
  readonly detail: VehicleDetailState;
  readonly storage: StorageView;
  readonly models: ModelsView;
  readonly sessions: SessionsView;
  readonly analysis: SessionAnalysisView;
  readonly recording: RecordingView;
  readonly sync: SyncView;
  readonly cameras: CameraList;
  readonly hud: HudSampler;
  readonly announcer: Announcer;
  readonly clock = new MinuteClock();
  readonly fullScreen = new FullScreen();
  readonly pictures: PictureCache;
  readonly updates: UpdatesState;
  readonly tour: Tour;
  readonly #unsubscribe: Unsubscribe;
  /** The vehicle drawn thick and marked in the list. */
  selected = $state<VehicleId | null>(null);
  dialog = $state<DialogName | null>(null);
  /** The gallery on screen is the Demo street's, see {@link AnalysisController.isStreetGallery}. */
  isStreetGallery = $state(false);
  /** A session file that was dropped, for the page that imports. */
  offeredSession = $state.raw<File | null>(null);
  /** Something that was done, shown until it is closed. */
  notice = $state<string | null>(null);

  constructor({ controller, updates }: AppServices) {
    this.controller = controller;
    this.isStreetGallery = controller.isStreetGallery;
    this.run = new RunView(controller);
    this.live = new LiveVehicles(controller, (vehicles) => void this.thumbnails.fill(vehicles));
    this.vehicles = new VehicleListState(controller.gallery);
    this.detail = new VehicleDetailState(controller.gallery);
    this.storage = new StorageView(controller.gallery);
    this.cameras = new CameraList(controller);
    this.hud = new HudSampler(controller);
    this.announcer = new Announcer(controller);
    const say = (sentence: string): (() => void) => this.announcer.say(sentence);
    this.models = new ModelsView(controller.shelf, say);
    this.sessions = new SessionsView(controller);
    this.analysis = new SessionAnalysisView(controller, say);
    this.recording = new RecordingView(controller, say);
    this.sync = new SyncView(controller.sync);
    this.pictures = new PictureCache(controller.gallery);
    this.updates = new UpdatesState(updates);
    this.tour = new Tour({
      controller,
      sights: () => this.views.sights(),
      locate: (target) => this.locate(target),
      isCovered: () => this.dialog !== null || document.hidden,
      isHeld: isCardHeld,
      say,
      memory: localMemory,
    });
    // Its own snapshots of vehicles that may have been deleted; those in view are taken anew.
    this.#unsubscribe = controller.gallery.onChanged(() => {
      this.thumbnails.clear();
      this.#noteGallery();
    });
  }

  /** Begins what runs by itself: the gallery is read, the picture sampled. */
  start(): void {
    this.clock.start();
    this.fullScreen.start();
    this.live.start();
    void this.vehicles.open();
    void this.cameras.refresh();
    this.takeLink();
  }

  select(vehicleId: VehicleId | null): void {
    this.selected = vehicleId;
  }

  /** Goes to the next or previous vehicle: those in view first, then the gallery, newest first. */
  step(by: 1 | -1): void {
    const next = neighbourOf(this.selected, by, this.live, this.vehicles);
    if (next === null) return;
    if (this.dialog === 'vehicle') this.openVehicle(next);
    else this.select(next);
  }

  openVehicle(vehicleId: VehicleId): void {
    this.selected = vehicleId;
    this.dialog = 'vehicle';
    void this.detail.open(vehicleId);
  }

  /** Offers the shared session of the link that the app was opened with, if any. */
  takeLink(): void {
    if (this.sync.takeLink()) this.dialog = 'endpoint';
  }

  /** Replays a session, over everything else. */
  openSession(id: SessionId): void {
    this.closeDialog();
    this.sessions.openId = id;
  }

  /** Goes back from a replay to the list it was opened from. */
  closeSession(): void {
    this.sessions.openId = null;
    this.dialog = 'sessions';
  }

  /** Where something that the tour points at is on the page; null when it is not in sight. */
  locate(target: TourTarget): ScreenBox | null {
    if (target.part === 'row') return rowBoxOf(target.vehicleId);
    const sight = this.views.sightOf(target.trackId);
    return sight && placeOf(sight, target.part);
  }

  /** Tells on screen and to a screen reader what was done. */
  say(sentence: string): void {
    this.notice = sentence;
    this.announcer.say(sentence);
  }

  closeDialog(): void {
    this.dialog = null;
    this.detail.close();
  }

  /** Another gallery is shown: what was chosen in the one before is not in it. */
  #noteGallery(): void {
    const { isStreetGallery } = this.controller;
    if (isStreetGallery === this.isStreetGallery) return;
    this.isStreetGallery = isStreetGallery;
    this.select(null);
    if (this.dialog === 'vehicle') this.closeDialog();
  }

  dispose(): void {
    this.clock.stop();
    this.#unsubscribe();
    this.thumbnails.clear();
    const { fullScreen, run, live, vehicles, cameras, announcer, models, sessions } = this;
    const parts = [fullScreen, run, live, vehicles, cameras, announcer, models, sessions];
    const { analysis, recording, sync, pictures, updates, tour } = this;
    for (const part of [...parts, analysis, recording, sync, pictures, updates, tour])
      part.dispose();
  }
}

/** The state of the app a component lives in. */
export const [getApp, setApp] = createContext<AppState>();
