import type { SignalColour, Signals } from '../layout';

interface Phase {
  readonly main: SignalColour;
  readonly side: SignalColour;
  readonly durationUs: number;
}

/**
 * Fixed times, as at a small junction without detectors. Three seconds of amber are the German rule for 50 km/h (RiLSA 2015);
 * all-red lasts as long as the last vehicle needs to leave the junction at 8 m/s.
 */
const PHASES: readonly Phase[] = [
  { main: 'green', side: 'red', durationUs: 28_000_000 },
  { main: 'amber', side: 'red', durationUs: 3_000_000 },
  { main: 'red', side: 'red', durationUs: 2_500_000 },
  { main: 'red', side: 'green', durationUs: 9_000_000 },
  { main: 'red', side: 'amber', durationUs: 3_000_000 },
  { main: 'red', side: 'red', durationUs: 2_500_000 },
];

const CYCLE_US = PHASES.reduce((sum, phase) => sum + phase.durationUs, 0);

/**
 * How long the main road has had green when the scene begins: its queue has left, and the green still lasts for
 * the whole guided run.
 */
const MAIN_GREEN_BEFORE_START_US = 6_000_000;

/** What the lights show at a time of the scene, microseconds, negative ones included. */
export function signalsAt(timeUs: number): Signals {
  let inCycleUs = (((timeUs + MAIN_GREEN_BEFORE_START_US) % CYCLE_US) + CYCLE_US) % CYCLE_US;
  for (const { main, side, durationUs } of PHASES) {
    if (inCycleUs < durationUs) return { main, side };
    inCycleUs -= durationUs;
  }
  throw new RangeError(`Expected a finite time, got ${timeUs} us`);
}
