import type { StreetChoice } from '../contracts/street';

/**
 * What the Demo street button starts: a seed whose first vehicles pass both cameras within the guided run.
 */
export const SHOWROOM_STREET: StreetChoice = {
  seed: 115,
  weather: 'sun',
  pace: 'live',
  framesPerSecond: 15,
  durationUs: 0,
};
