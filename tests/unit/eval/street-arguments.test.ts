import { describe, expect, it } from 'vitest';
import { readDetection } from '../../eval/detection-arguments';
import {
  readStreetReid,
  readStreetRun,
  readStreetSheet,
  readStreetStills,
} from '../../eval/street-arguments';

describe('arguments of the evaluations on the street', () => {
  it('have defaults: a minute of seed 1 in the sun at 10 frames a second', () => {
    expect(readStreetRun([])).toEqual({
      seed: 1,
      weather: 'sun',
      isJson: false,
      out: null,
      choice: {
        seed: 1,
        weather: 'sun',
        pace: 'offline',
        framesPerSecond: 10,
        durationUs: 60_000_000,
      },
      page: { inputSidePx: 512, provider: 'wasm', threadCount: 1 },
    });
    expect(readStreetStills([])).toMatchObject({ scoreThreshold: 0.35, inputSidePx: 512 });
    expect(readStreetReid([])).toMatchObject({ seed: 1, count: 100 });
  });

  it('are read', () => {
    const line = '--json --seed 9 --minutes 0.5 --weather rain --fps 5 --side 416 --score 0.3';
    expect(readStreetRun([...line.split(' '), '--match', '0.8', '--out', 'there'])).toMatchObject({
      isJson: true,
      out: 'there',
      choice: { seed: 9, weather: 'rain', framesPerSecond: 5, durationUs: 30_000_000 },
      page: { inputSidePx: 416, scoreThreshold: 0.3, matchThreshold: 0.8 },
    });
    expect(readStreetSheet(['--out', 'sheet.jpg', '--weather', 'dusk', '--json'])).toMatchObject({
      isJson: true,
      out: 'sheet.jpg',
      weather: 'dusk',
    });
  });

  it.each([
    ['--weather snow', 'sun, overcast, dusk, rain, got "snow"'],
    ['--minutes none', '--minutes to be a number'],
    ['--seed 1.5', '--seed to be a whole number'],
    ['--seed -1', "'--seed'"],
    ['--side 500', 'multiple of 32'],
    ['--count 5', "'--count'"],
    ['minutes 5', "'minutes'"],
  ])('are refused with what was expected: %s', (line, message) => {
    expect(() => readStreetRun(line.split(' '))).toThrow(message);
  });

  it('of a sheet need a place to write it', () => {
    expect(() => readStreetSheet([])).toThrow('Expected --out');
  });
});

describe('arguments of the evaluation on the clips', () => {
  it('are read, the side as the street reads it', () => {
    expect(readDetection([])).toEqual({
      isJson: false,
      inputSidePx: 512,
      model: 'detect-nanodet',
    });
    expect(readDetection(['--json', '--side', '416'])).toMatchObject({
      isJson: true,
      inputSidePx: 416,
    });
    expect(() => readDetection(['--side', 'abc'])).toThrow('--side to be a number');
    expect(() => readDetection(['--side', '500'])).toThrow('multiple of 32');
  });
});
