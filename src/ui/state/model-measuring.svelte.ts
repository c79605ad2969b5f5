import type { ErrorData } from '../../contracts/errors';
import type { ModelShelf, ModelSpeed } from '../../contracts/shelf';
import { isAbort, toErrorData } from '../../core/app-error';

/** Measuring how fast models are on this device: one at a time, or they would slow each other down. */
export class ModelMeasuring {
  /** The model being measured; null: none. */
  modelId = $state<string | null>(null);
  /** Why the last measurement of a model ended early. */
  errors = $state.raw<ReadonlyMap<string, ErrorData>>(new Map());
  #speeds = $state.raw<ReadonlyMap<string, readonly ModelSpeed[]>>(new Map());
  #abort: AbortController | null = null;
  readonly #shelf: Pick<ModelShelf, 'measure'>;

  constructor(shelf: Pick<ModelShelf, 'measure'>) {
    this.#shelf = shelf;
  }

  speedsOf(modelId: string): readonly ModelSpeed[] {
    return this.#speeds.get(modelId) ?? [];
  }

  /** The longest time measured of these models, for bars that can be compared; null before the first. */
  slowestMs(modelIds: readonly string[]): number | null {
    const times = modelIds
      .flatMap((id) => this.speedsOf(id))
      .flatMap(({ medianMs }) => medianMs ?? []);
    return times.length > 0 ? Math.max(...times) : null;
  }

  /** Resolves when it is done, cancelled or has failed; true when every provider had its turn. */
  async measure(modelId: string): Promise<boolean> {
    this.cancel();
    const abort = new AbortController();
    this.#abort = abort;
    this.modelId = modelId;
    this.#set(modelId, [], null);
    try {
      await this.#shelf.measure(
        modelId,
        (speed) => {
          if (!abort.signal.aborted) this.#set(modelId, [...this.speedsOf(modelId), speed], null);
        },
        abort.signal,
      );
      return !abort.signal.aborted;
    } catch (error) {
      if (!isAbort(error)) this.#set(modelId, this.speedsOf(modelId), toErrorData(error));
      return false;
    } finally {
      if (this.#abort === abort) {
        this.#abort = null;
        this.modelId = null;
      }
    }
  }

  cancel(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.modelId = null;
  }

  #set(modelId: string, speeds: readonly ModelSpeed[], error: ErrorData | null): void {
    this.#speeds = new Map(this.#speeds).set(modelId, speeds);
    const errors = new Map(this.errors);
    if (error) errors.set(modelId, error);
    else errors.delete(modelId);
    this.errors = errors;
  }
}
