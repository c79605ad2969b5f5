import type { ErrorData } from '../../contracts/errors';
import type { ModelManifest } from '../../contracts/model';
import type { DryRunResult, ModelDraft, ModelShelf, OnnxFacts } from '../../contracts/shelf';
import { isAbort, toErrorData } from '../../core/app-error';
import { draftFromFacts, withOutputKind } from '../shelf/draft-from-facts';
import { draftFromFields, type FieldErrors } from '../shelf/draft-from-fields';
import type { ImportFields, OutputKind } from '../shelf/import-fields';

/** How far an import is. */
export type ImportStep = 'closed' | 'choosing' | 'inspecting' | 'form' | 'trying' | 'adding';

/** A result and the picture and draft it is of. */
export interface Trial {
  readonly result: DryRunResult;
  readonly draftKey: string;
}

const NO_FACTS: OnnxFacts = { bytes: 0, sha256: '', inputs: [], outputs: [] };

/** Bringing a model of one's own: a file, what it says of itself, the form, a trial, and onto the shelf. */
export class ModelImport {
  step = $state<ImportStep>('closed');
  file = $state.raw<File | null>(null);
  facts = $state.raw<OnnxFacts | null>(null);
  cautions = $state.raw<readonly string[]>([]);
  /** Without meaning before there are `facts`. */
  fields = $state<ImportFields>(draftFromFacts('', NO_FACTS).fields);
  /** Picture for the trial; owned here. */
  picture = $state.raw<ImageBitmap | null>(null);
  trial = $state.raw<Trial | null>(null);
  error = $state.raw<ErrorData | null>(null);
  /** Errors are shown once the form was tried. */
  areErrorsShown = $state(false);
  #abort: AbortController | null = null;
  readonly #shelf: Pick<ModelShelf, 'inspect' | 'dryRun' | 'add'>;

  constructor(shelf: Pick<ModelShelf, 'inspect' | 'dryRun' | 'add'>) {
    this.#shelf = shelf;
  }

  readonly #reading = $derived(this.facts ? draftFromFields(this.fields, this.facts) : null);

  get isOpen(): boolean {
    return this.step !== 'closed';
  }

  get isBusy(): boolean {
    return this.step === 'inspecting' || this.step === 'trying' || this.step === 'adding';
  }

  /** Null while something is missing. */
  get draft(): ModelDraft | null {
    return this.#reading?.isComplete ? this.#reading.draft : null;
  }

  get errors(): FieldErrors {
    const reading = this.#reading;
    return reading && !reading.isComplete && this.areErrorsShown ? reading.errors : {};
  }

  /** The trial is of the form as it is now. */
  get isTried(): boolean {
    return this.trial !== null && this.trial.draftKey === keyOf(this.draft);
  }

  open(): void {
    if (this.step === 'closed') this.step = 'choosing';
  }

  /** Gives everything up. */
  close(): void {
    this.#reset();
    this.step = 'closed';
  }

  /** Stops what is under way and goes back to where it began. */
  cancel(): void {
    this.#abort?.abort();
    this.#abort = null;
    if (this.step === 'inspecting') this.step = 'choosing';
    else if (this.step === 'trying') this.step = 'form';
  }

  /** Looks into a file; true when there is a form to fill in. */
  async inspect(file: File): Promise<boolean> {
    this.#reset();
    this.file = file;
    this.step = 'inspecting';
    const abort = this.#begin();
    try {
      const facts = await this.#shelf.inspect(file, abort.signal);
      if (abort.signal.aborted) return false;
      const { fields, cautions } = draftFromFacts(file.name, facts);
      this.facts = facts;
      this.cautions = cautions;
      this.fields = fields;
      this.step = 'form';
      return true;
    } catch (error) {
      this.#fail(error, abort, 'choosing');
      return false;
    }
  }

  /** Says of a file that it is none the page takes. */
  refuse(file: File): void {
    this.open();
    const type = file.type === '' ? '' : ` (${file.type})`;
    this.error = {
      code: 'MODEL_CORRUPT',
      message: `Expected a file that ends in .onnx, found “${file.name}”${type}.`,
    };
  }

  chooseOutputKind(kind: OutputKind): void {
    if (this.facts) this.fields = withOutputKind(this.fields, kind, this.facts);
  }

  /** Takes the picture over. */
  takePicture(picture: ImageBitmap): void {
    this.picture?.close();
    this.picture = picture;
    this.trial = null;
  }

  /** Runs the form's model on the picture; true when it answered. */
  async tryOut(): Promise<boolean> {
    const { file, draft, picture } = this;
    this.areErrorsShown = true;
    if (!file || !draft || !picture) return false;
    this.step = 'trying';
    this.error = null;
    this.trial = null;
    const abort = this.#begin();
    try {
      const result = await this.#shelf.dryRun(file, draft, picture, abort.signal);
      if (abort.signal.aborted) return false;
      this.trial = { result, draftKey: keyOf(draft) };
      this.step = 'form';
      return true;
    } catch (error) {
      this.#fail(error, abort, 'form');
      return false;
    }
  }

  /** Puts it on the shelf; null when it was refused, see `error`. */
  async add(): Promise<ModelManifest | null> {
    const { file, draft } = this;
    if (!file || !draft || !this.isTried) return null;
    this.step = 'adding';
    this.error = null;
    const attempt = this.#begin();
    try {
      const manifest = await this.#shelf.add(file, draft);
      this.close();
      return manifest;
    } catch (error) {
      this.#fail(error, attempt, 'form');
      return null;
    }
  }

  #begin(): AbortController {
    this.#abort?.abort();
    this.#abort = new AbortController();
    return this.#abort;
  }

  #fail(error: unknown, attempt: AbortController, step: ImportStep): void {
    // A later attempt, or a closed form, has its own say.
    if (attempt !== this.#abort || isAbort(error)) return;
    this.error = toErrorData(error);
    this.step = step;
  }

  #reset(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.picture?.close();
    this.picture = null;
    this.file = null;
    this.facts = null;
    this.cautions = [];
    this.trial = null;
    this.error = null;
    this.areErrorsShown = false;
  }
}

function keyOf(draft: ModelDraft | null): string {
  return draft ? JSON.stringify(draft) : '';
}
