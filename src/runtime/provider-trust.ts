import * as v from 'valibot';
import type { ExecutionProvider, ModelManifest } from '../contracts/model';
import type { QuarantinedProvider } from '../contracts/shelf';
import type { KeyValueStore } from './backend-memory';
import { deviceKeyOf, type DeviceFacts } from './device-facts';

const STORE_KEY = 'resight.providers';

const entrySchema = v.object({
  modelId: v.string(),
  sha256: v.string(),
  provider: v.picklist(['webgpu', 'wasm']),
  /** The verdict holds as long as the device stays what it was. */
  deviceKey: v.string(),
  /** Null: it passed. */
  reason: v.nullable(v.string()),
  sinceUnixMs: v.number(),
});

type Entry = v.InferOutput<typeof entrySchema>;

/** What a verdict is about: one file, read in one way. A file of the user's may be two models. */
type Subject = Pick<ModelManifest, 'id' | 'sha256'>;

/**
 * Which execution providers compute which models rightly on this device, as far as was tried. One that passed the golden test is not
 * tested again; one that failed it, or crashed its worker twice while loading, is in quarantine: it is not used for that model until browser or
 * device change, or the user gives it another chance.
 */
export class ProviderTrust {
  readonly #store: KeyValueStore;
  readonly #nowUnixMs: () => number;

  constructor(store: KeyValueStore, nowUnixMs: () => number = () => Date.now()) {
    this.#store = store;
    this.#nowUnixMs = nowUnixMs;
  }

  /** True until the provider has passed with this model on this device. */
  isNew(model: Subject, provider: ExecutionProvider, facts: DeviceFacts): boolean {
    return this.#find(model, provider, facts)?.reason !== null;
  }

  isQuarantined(model: Subject, provider: ExecutionProvider, facts: DeviceFacts): boolean {
    return typeof this.#find(model, provider, facts)?.reason === 'string';
  }

  notePassed(model: Subject, provider: ExecutionProvider, facts: DeviceFacts): void {
    if (this.isNew(model, provider, facts)) this.#put(model, provider, facts, null);
  }

  quarantine(
    model: Subject,
    provider: ExecutionProvider,
    facts: DeviceFacts,
    reason: string,
  ): void {
    this.#put(model, provider, facts, reason);
  }

  /** Gives a provider another chance with a model; it is tested again. */
  release(modelId: string, provider: ExecutionProvider): void {
    this.#write(
      this.#read().filter((entry) => entry.modelId !== modelId || entry.provider !== provider),
    );
  }

  /** All that are in quarantine on this device as it is. */
  quarantined(facts: DeviceFacts): readonly QuarantinedProvider[] {
    const deviceKey = deviceKeyOf(facts);
    return this.#read().flatMap(({ modelId, provider, reason, sinceUnixMs, deviceKey: key }) =>
      reason !== null && key === deviceKey ? [{ modelId, provider, reason, sinceUnixMs }] : [],
    );
  }

  #find(model: Subject, provider: ExecutionProvider, facts: DeviceFacts): Entry | undefined {
    const deviceKey = deviceKeyOf(facts);
    return this.#read().find(
      (entry) =>
        entry.modelId === model.id &&
        entry.sha256 === model.sha256 &&
        entry.provider === provider &&
        entry.deviceKey === deviceKey,
    );
  }

  #put(
    model: Subject,
    provider: ExecutionProvider,
    facts: DeviceFacts,
    reason: string | null,
  ): void {
    const others = this.#read().filter(
      (entry) => entry.modelId !== model.id || entry.provider !== provider,
    );
    const entry: Entry = {
      modelId: model.id,
      sha256: model.sha256,
      provider,
      deviceKey: deviceKeyOf(facts),
      reason,
      sinceUnixMs: this.#nowUnixMs(),
    };
    this.#write([...others, entry]);
  }

  /** What this version did not write is left out: the providers are tested again. */
  #read(): readonly Entry[] {
    let stored: unknown;
    try {
      stored = JSON.parse(this.#store.get(STORE_KEY) ?? '[]');
    } catch {
      return [];
    }
    if (!Array.isArray(stored)) return [];
    return stored.flatMap((row) => {
      const parsed = v.safeParse(entrySchema, row);
      return parsed.success ? [parsed.output] : [];
    });
  }

  #write(entries: readonly Entry[]): void {
    this.#store.set(STORE_KEY, JSON.stringify(entries));
  }
}
