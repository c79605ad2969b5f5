import type { Settings, Unsubscribe } from '../contracts/app';
import type { KeyValueStore } from './backend-memory';
import { Emitter } from './emitter';
import { readSettings, writeSettings } from './settings';

/** The one holder of the user's settings; every change is on the device when `update` returns, as far as it can be. */
export class SettingsKeeper {
  readonly #store: KeyValueStore;
  readonly #changes = new Emitter<[Partial<Settings>]>();
  #current: Settings;

  constructor(store: KeyValueStore) {
    this.#store = store;
    this.#current = readSettings(store);
  }

  get current(): Settings {
    return this.#current;
  }

  update(change: Partial<Settings>): void {
    this.#current = { ...this.#current, ...change };
    writeSettings(this.#store, this.#current);
    this.#changes.emit(change);
  }

  onChange(listener: (change: Partial<Settings>) => void): Unsubscribe {
    return this.#changes.add(listener);
  }
}
