import { createContext } from 'svelte';
import type { AnalysisController } from '../../contracts/app';
import type { AppUpdatesView } from '../../contracts/app-updates';
import type { VehicleId } from '../../contracts/match';
import { Announcer } from './announcer.svelte';
import { CameraList } from './camera-list.svelte';
import { HudSampler } from './hud-sampler.svelte';
import { LiveVehicles } from './live-vehicles.svelte';
import { PictureCache } from './picture-cache';
import { RunView } from './run-view.svelte';
import { StorageView } from './storage-view.svelte';
import { UpdatesState } from './updates-view.svelte';
import { VehicleDetailState } from './vehicle-detail.svelte';
import { VehicleListState } from './vehicle-list.svelte';

/** What the screen needs from outside. */
export interface AppServices {
  readonly controller: AnalysisController;
  readonly updates: AppUpdatesView | null;
}

export type DialogName = 'settings' | 'help' | 'vehicle';

/** Everything the components share. */
export class AppState {
  readonly controller: AnalysisController;
  readonly run: RunView;
  readonly live: LiveVehicles;
  readonly vehicles: VehicleListState;
  readonly detail: VehicleDetailState;
  readonly storage: StorageView;
  readonly cameras: CameraList;
  readonly hud: HudSampler;
  readonly announcer: Announcer;
  readonly pictures: PictureCache;
  readonly updates: UpdatesState;
  /** The vehicle drawn thick and marked in the list. */
  selected = $state<VehicleId | null>(null);
  dialog = $state<DialogName | null>(null);

  constructor({ controller, updates }: AppServices) {
    this.controller = controller;
    this.run = new RunView(controller);
    this.live = new LiveVehicles(controller);
    this.vehicles = new VehicleListState(controller.gallery);
    this.detail = new VehicleDetailState(controller.gallery);
    this.storage = new StorageView(controller.gallery);
    this.cameras = new CameraList(controller);
    this.hud = new HudSampler(controller);
    this.announcer = new Announcer(controller);
    this.pictures = new PictureCache(controller.gallery);
    this.updates = new UpdatesState(updates);
  }

  /** Begins what runs by itself: the gallery is read, the picture sampled. */
  start(): void {
    this.live.start();
    void this.vehicles.open();
    void this.cameras.refresh();
  }

  select(vehicleId: VehicleId | null): void {
    this.selected = vehicleId;
  }

  openVehicle(vehicleId: VehicleId): void {
    this.selected = vehicleId;
    this.dialog = 'vehicle';
    void this.detail.open(vehicleId);
  }

  closeDialog(): void {
    this.dialog = null;
    this.detail.close();
  }

  dispose(): void {
    this.run.dispose();
    this.live.dispose();
    this.vehicles.dispose();
    this.announcer.dispose();
    this.pictures.dispose();
    this.updates.dispose();
  }
}

/** The state of the app a component lives in. */
export const [getApp, setApp] = createContext<AppState>();
