import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_DETECTOR_ID, modelById } from '../../../models/index';
import { projectPaths } from '../../../models/tools/project-paths';
import reference from './nanodet-reference.json';
import { runOnnx } from './run-onnx';
import { seededInput } from './seeded-input';

/** Two implementations of 34 convolutions in float32, and a reference rounded to six digits. */
const TOLERANCE = 5e-5;

/** A billion multiplications take seconds on a busy machine. */
const TIMEOUT_MS = 60_000;

test.each(reference.cases)(
  'the converted NanoDet answers as TensorFlow.js does for the original at $widthPx x $heightPx',
  { timeout: TIMEOUT_MS },
  async ({ heightPx, widthPx, seed, outputs }) => {
    const model = modelById(DEFAULT_DETECTOR_ID);
    if (model?.output.type !== 'nanodet-dfl') throw new Error('The default detector is a NanoDet');
    const bytes = await readFile(path.join(projectPaths().publicModels, model.file));
    const input = seededInput(seed, 3 * heightPx * widthPx);
    const answers = await runOnnx(bytes, model.input.name, [1, 3, heightPx, widthPx], input);
    for (const { name, stride } of model.output.heads) {
      const channelCount = model.output.classes.length + 4 * model.output.binCount;
      const answer = answers[name];
      expect(answer?.shape).toEqual([1, channelCount, heightPx / stride, widthPx / stride]);
      const expected = new Map(Object.entries(outputs)).get(name) ?? [];
      expect(expected.length).toBeGreaterThan(0);
      expect(largestDifference(answer?.values ?? new Float32Array(), expected)).toBeLessThan(
        TOLERANCE,
      );
    }
  },
);

/** Between the reference's samples and the values at the same places, spread evenly over the output. */
function largestDifference(values: Float32Array, samples: readonly number[]): number {
  const differences = samples.map((sample, index) => {
    const value = values[Math.floor((index * values.length) / samples.length)] ?? NaN;
    return Math.abs(value - sample);
  });
  return Math.max(...differences);
}
