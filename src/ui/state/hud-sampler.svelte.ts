import type { AnalysisController, RunStats } from '../../contracts/app';

/** Four times a second: figures can be read and do not flicker. */
const SAMPLE_MS = 250;

/** The run's figures, sampled while someone looks at them. */
export class HudSampler {
  stats = $state.raw() as RunStats; // set in the constructor; a field initialiser cannot see the controller

  readonly #controller: Pick<AnalysisController, 'stats'>;

  constructor(controller: Pick<AnalysisController, 'stats'>) {
    this.#controller = controller;
    this.stats = controller.stats();
  }

  /** Samples until the returned function is called; for an effect. */
  watch(): () => void {
    this.stats = this.#controller.stats();
    const timer = setInterval(() => {
      this.stats = this.#controller.stats();
    }, SAMPLE_MS);
    return () => clearInterval(timer);
  }
}
