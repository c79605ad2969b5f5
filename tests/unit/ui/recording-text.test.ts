import { expect, it } from 'vitest';
import { remainingText } from '../../../src/ui/recording/recording-text';

it.each([
  [772_000, 'about 214 h left'],
  [11_520, 'about 3 h 12 min left'],
  [1_799, 'about 29 min left'],
  [125, 'about 2 min 5 s left'],
  [40, 'about 40 s left'],
])('a forecast of %i s is told no more exactly than it is known', (seconds, text) => {
  expect(remainingText(seconds)).toBe(text);
});
