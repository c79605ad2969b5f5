import type { AnalysisController, Unsubscribe } from '../../contracts/app';
import type { ErrorData } from '../../contracts/errors';
import type {
  Adaptation,
  AdaptationOutcome,
  AdaptationProgress,
  Calibration,
} from '../../contracts/recognition';
import { isAbort, toErrorData } from '../../core/app-error';

/** False match rates to choose from. */
export const FALSE_MATCH_RATES: readonly number[] = [0.1, 0.01, 0.001];
/** Takes some three hundred pairs, which a gallery of a busy hour has. */
const FIRST_RATE = 0.01;

/** What one's own vehicles say about recognition, and learning from them. */
export class RecognitionView {
  falseMatchRate = $state(FIRST_RATE);
  /** All cameras together first; null until they were counted. */
  calibrations = $state.raw<readonly Calibration[] | null>(null);
  isCounting = $state(false);
  isLearning = $state(false);
  /** A press was taken, and what it asks for is under way. */
  isApplying = $state(false);
  progress = $state.raw<AdaptationProgress | null>(null);
  /** What was learned, until it is kept or discarded. */
  outcome = $state.raw<AdaptationOutcome | null>(null);
  adaptation = $state.raw<Adaptation | null>(null);
  matchThreshold = $state(0);
  error = $state.raw<ErrorData | null>(null);

  readonly #controller: AnalysisController;
  readonly #unsubscribers: readonly Unsubscribe[];
  #learning: AbortController | null = null;
  #countingId = 0;

  constructor(controller: AnalysisController) {
    this.#controller = controller;
    this.#takeState();
    this.#unsubscribers = [
      controller.recognition.onChanged(() => {
        this.#takeState();
        void this.count();
      }),
      controller.onStatus(() => this.#takeState()),
    ];
  }

  get all(): Calibration | null {
    return this.calibrations?.[0] ?? null;
  }

  get byCameras(): readonly Calibration[] {
    return this.calibrations?.slice(1) ?? [];
  }

  /** Counts the gallery's pairs; an answer to an older question is dropped. */
  async count(): Promise<void> {
    this.#countingId += 1;
    const id = this.#countingId;
    this.isCounting = true;
    try {
      const calibrations = await this.#controller.recognition.calibrate(this.falseMatchRate);
      if (id !== this.#countingId) return;
      this.calibrations = calibrations;
      this.error = null;
    } catch (error) {
      if (id === this.#countingId) this.error = toErrorData(error);
    } finally {
      if (id === this.#countingId) this.isCounting = false;
    }
  }

  async chooseRate(rate: number): Promise<void> {
    this.falseMatchRate = rate;
    await this.count();
  }

  /** Uses a proposed threshold: everywhere, or for its two cameras. */
  use({ cameraIds, proposal }: Calibration): void {
    if (!proposal) return;
    const { accept } = proposal;
    const { space } = this.#controller.recognition;
    if (cameraIds === null) this.#controller.updateSettings({ matchThreshold: accept });
    else if (space !== null) {
      const others = this.#controller.settings.pairThresholds.filter(
        (one) => one.space !== space || !isOfCameras(one.cameraIds, cameraIds),
      );
      this.#controller.updateSettings({
        pairThresholds: [...others, { space, cameraIds, accept }],
      });
    }
    this.#takeState();
  }

  /** Threshold in use for a calibration's cameras, all of them or two. */
  inUse({ cameraIds }: Calibration): number {
    const { space } = this.#controller.recognition;
    const own = this.#pairThresholds.find(
      (one) => cameraIds && one.space === space && isOfCameras(one.cameraIds, cameraIds),
    );
    return own?.accept ?? this.matchThreshold;
  }

  /** Learns from the gallery's pairs until it is done or `cancel`. */
  async learn(): Promise<void> {
    if (this.#learning) return;
    const learning = new AbortController();
    this.#learning = learning;
    this.isLearning = true;
    this.progress = null;
    this.outcome = null;
    this.error = null;
    try {
      this.outcome = await this.#controller.recognition.learn((progress) => {
        if (!learning.signal.aborted) this.progress = progress;
      }, learning.signal);
    } catch (error) {
      if (!isAbort(error)) this.error = toErrorData(error);
    } finally {
      this.#learning = null;
      this.isLearning = false;
    }
  }

  cancel(): void {
    this.#learning?.abort();
  }

  async keep(): Promise<void> {
    const { outcome } = this;
    if (!outcome?.isBetter) return;
    const { adaptation } = outcome;
    await this.#apply(() => this.#controller.recognition.keep(adaptation));
  }

  discard(): void {
    this.outcome = null;
  }

  async undo(): Promise<void> {
    await this.#apply(() => this.#controller.recognition.undo());
  }

  dispose(): void {
    this.cancel();
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
  }

  async #apply(change: () => Promise<void>): Promise<void> {
    this.isApplying = true;
    try {
      await change();
      this.outcome = null;
      this.error = null;
    } catch (error) {
      this.error = toErrorData(error);
    } finally {
      this.isApplying = false;
      this.#takeState();
    }
  }

  #pairThresholds = $state.raw<AnalysisController['settings']['pairThresholds']>([]);

  #takeState(): void {
    const { recognition, settings } = this.#controller;
    this.adaptation = recognition.adaptation;
    this.matchThreshold = settings.matchThreshold;
    this.#pairThresholds = settings.pairThresholds;
  }
}

function isOfCameras(a: readonly [string, string], b: readonly [string, string]): boolean {
  return (a[0] === b[0] && a[1] === b[1]) || (a[0] === b[1] && a[1] === b[0]);
}
