import type { ExecutionProvider, ModelTask } from '../../contracts/model';
import type { ReembedProgress } from '../../contracts/recognition';
import type { ModelShelf, ShelfModel, ShelfState } from '../../contracts/shelf';
import type { Unsubscribe } from '../../contracts/app';

/** The model shelf as the screen shows it. What only the Models page needs is with that page, which is loaded when it is opened. */
export class ModelsView {
  state = $state.raw() as ShelfState; // set in the constructor; a field initialiser cannot see the shelf
  /** A file that was dropped on the app for the Models page to take. */
  offered = $state.raw<File | null>(null);

  readonly shelf: ModelShelf;
  readonly #say: (sentence: string) => void;
  readonly #unsubscribe: Unsubscribe;

  /** `say` is told what ends by itself. */
  constructor(shelf: ModelShelf, say: (sentence: string) => void) {
    this.shelf = shelf;
    this.state = shelf.state;
    this.#say = say;
    this.#unsubscribe = shelf.onChanged((state) => this.#take(state));
  }

  /** Models for a task, those that are there first; otherwise in the shelf's order. */
  of(task: ModelTask): readonly ShelfModel[] {
    const models = this.state.models.filter((model) => taskOf(model) === task);
    const isAbsent = ({ place }: ShelfModel): boolean => place === 'absent';
    return [...models.filter((model) => !isAbsent(model)), ...models.filter(isAbsent)];
  }

  titleOf(modelId: string): string {
    const model = this.state.models.find((candidate) => idOf(candidate) === modelId);
    if (!model) return modelId;
    return model.place === 'absent' ? model.listing.title : model.manifest.title;
  }

  /** Whether a detector tells of persons, so that they can be blurred. */
  findsPersons(detectorId: string): boolean {
    const model = this.state.models.find((candidate) => idOf(candidate) === detectorId);
    const output = model && model.place !== 'absent' ? model.manifest.output : null;
    return output !== null && 'personIndex' in output && output.personIndex !== undefined;
  }

  /** Re-embedding that someone may want to know of; null when there is none, or it went well. */
  get openReembedding(): ReembedProgress | null {
    const { reembedding } = this.state;
    return reembedding?.state === 'finished' ? null : reembedding;
  }

  use(modelId: string): void {
    this.shelf.use(modelId);
  }

  release(modelId: string, provider: ExecutionProvider): void {
    this.shelf.release(modelId, provider);
  }

  dispose(): void {
    this.#unsubscribe();
  }

  #take(state: ShelfState): void {
    const before = this.state.reembedding?.state;
    this.state = state;
    const now = state.reembedding?.state;
    if (before === now) return;
    if (now === 'finished') this.#say('The gallery is re-embedded.');
    if (now === 'failed') this.#say('Re-embedding the gallery stopped with an error.');
  }
}

/** The id of a model, whether it is there or not. */
export function idOf(model: ShelfModel): string {
  return model.place === 'absent' ? model.listing.id : model.manifest.id;
}

function taskOf(model: ShelfModel): ModelTask {
  return model.place === 'absent' ? model.listing.task : model.manifest.task;
}
