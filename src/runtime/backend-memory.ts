import type { BackendChoice, ModelManifest } from '../contracts/model';
import { deviceKeyOf, type DeviceFacts } from './device-facts';

/** Where measurements are kept; what cannot be read counts as absent. */
export interface KeyValueStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

/** What a measurement came to. */
export interface Measured {
  readonly provider: BackendChoice['provider'];
  readonly threadCount: number;
  readonly inputSidePx: number;
  /** Milliseconds an inference takes at that size. */
  readonly measuredMs: number;
}

interface StoredMeasurement extends Measured {
  readonly deviceKey: string;
}

/** What was measured: one file of the user's may be two models, of two sizes. */
type MeasuredModel = Pick<ModelManifest, 'sha256' | 'preprocessVersion'>;

const STORE_KEY = 'resight.backends';

/** Measurements by model, valid as long as the device stays what it was. */
export class BackendMemory {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /** Null when this model was not measured on this device as it is now. */
  recall(model: MeasuredModel, facts: DeviceFacts): Measured | null {
    const stored = parseMeasurement(this.#read()[keyOf(model)]);
    if (stored?.deviceKey !== deviceKeyOf(facts)) return null;
    const { provider, threadCount, inputSidePx, measuredMs } = stored;
    return { provider, threadCount, inputSidePx, measuredMs };
  }

  remember(model: MeasuredModel, facts: DeviceFacts, measured: Measured): void {
    const stored = { ...measured, deviceKey: deviceKeyOf(facts) };
    this.#store.set(STORE_KEY, JSON.stringify({ ...this.#read(), [keyOf(model)]: stored }));
  }

  forgetModel(model: MeasuredModel): void {
    const { [keyOf(model)]: _forgotten, ...others } = this.#read();
    this.#store.set(STORE_KEY, JSON.stringify(others));
  }

  /** Forgets every model's. */
  forget(): void {
    this.#store.remove(STORE_KEY);
  }

  #read(): Readonly<Record<string, unknown>> {
    const text = this.#store.get(STORE_KEY);
    if (text === null) return {};
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === 'object' && value !== null ? { ...value } : {};
    } catch {
      return {}; // damaged: measured again
    }
  }
}

function keyOf({ sha256, preprocessVersion }: MeasuredModel): string {
  return `${sha256}:${preprocessVersion}`;
}

/** Null for anything this version did not write. */
function parseMeasurement(value: unknown): StoredMeasurement | null {
  if (typeof value !== 'object' || value === null) return null;
  // Any object may be asked for its keys.
  const read = value as Partial<Record<keyof StoredMeasurement, unknown>>;
  const { deviceKey, provider, threadCount, inputSidePx, measuredMs } = read;
  const isValid =
    typeof deviceKey === 'string' &&
    (provider === 'wasm' || provider === 'webgpu') &&
    typeof threadCount === 'number' &&
    typeof inputSidePx === 'number' &&
    typeof measuredMs === 'number';
  return isValid ? { deviceKey, provider, threadCount, inputSidePx, measuredMs } : null;
}
