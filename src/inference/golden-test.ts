import type { ExecutionProvider, GoldenTest, ModelManifest, SizePx } from '../contracts/model';
import { AppError } from '../core/app-error';
import { goldenTensor } from '../core/golden-input';
import type { ModelSession } from './model-session';
import type { OutputTensor } from './tensor';
import { outputNames } from './tensor-facts';

/** What the test needs of a loaded network. */
export interface GoldenNetwork extends Pick<ModelSession, 'run'> {
  readonly provider: ExecutionProvider;
}

/** What the test must know of a model. */
export type GoldenSubject = Pick<ModelManifest, 'id' | 'input' | 'output' | 'golden'>;

/** Any number will do; this one is written into every golden test made here. */
const GOLDEN_SEED = 20_260_401;

/** For networks of free size: small, so that a slow device is not kept waiting, and not square, so that swapped sides show. */
const FREE_SIZE_PX: SizePx = { widthPx: 320, heightPx: 192 };

/** Values kept of a detector's output: it has up to hundreds of thousands. An embedder's are all kept. */
const MAX_DETECTOR_VALUES = 256;

/**
 * Far from both sides. What is right differs by 1.4e-7 (WASM with one or two threads, both built-in networks; all of it from
 * the digits kept) to 2.5e-5 (the detector on WebGPU). What is wrong, the embedder with any one of its 31 weight tensors
 * zeroed or reversed, differs by at least 0.1; one wrong exponent bit in one weight by 0.00004 to 1, in 28 of the 31 by more
 * than this.
 */
const TOLERANCE = 0.001;

/** Below this an output counts as zero, so that its error is not divided by next to nothing. */
const SMALLEST_RMS = 1e-6;

/** Digits kept of a value: ten thousand times finer than the tolerance. */
const VALUE_DIGITS = 7;

/**
 * Makes a model's golden test from what it answers here: to be made where it is known to be right. Throws AppError
 * BACKEND_WRONG when that is not finite, BACKEND_FAILED, MODEL_INCOMPATIBLE.
 */
export async function makeGolden(
  network: GoldenNetwork,
  subject: GoldenSubject,
): Promise<GoldenTest> {
  const size = goldenSize(subject);
  const outputs = await runGolden(network, subject, GOLDEN_SEED, size);
  const maxCount = subject.output.type === 'embedding' ? Infinity : MAX_DETECTOR_VALUES;
  return {
    seed: GOLDEN_SEED,
    size,
    outputs: outputs.map(({ name, data }) => ({
      name,
      length: data.length,
      values: [...sampled(data, Math.min(data.length, maxCount))].map((value) =>
        Number(value.toPrecision(VALUE_DIGITS)),
      ),
    })),
    tolerance: TOLERANCE,
  };
}

/**
 * Runs the model's golden test. Without one only NaN and infinities are looked for. Throws AppError BACKEND_WRONG
 * naming the output, its error, the tolerance and the provider; BACKEND_FAILED, MODEL_INCOMPATIBLE.
 */
export async function checkGolden(network: GoldenNetwork, subject: GoldenSubject): Promise<void> {
  const { golden } = subject;
  if (!golden) {
    await runGolden(network, subject, GOLDEN_SEED, goldenSize(subject));
    return;
  }
  const outputs = await runGolden(network, subject, golden.seed, golden.size);
  for (const expected of golden.outputs) {
    const data = outputs.find(({ name }) => name === expected.name)?.data;
    if (data?.length !== expected.length) {
      throw wrong(
        network,
        subject,
        `output ${expected.name}: expected ${expected.length} values, found ${data?.length ?? 'none'}`,
      );
    }
    const error = relativeError(sampled(data, expected.values.length), expected.values);
    // Written so that an error that is no number fails, too.
    if (!(error <= golden.tolerance)) {
      throw wrong(
        network,
        subject,
        `output ${expected.name}: expected a relative root mean square error of at most ${golden.tolerance}, found ${error.toPrecision(3)}`,
      );
    }
  }
}

async function runGolden(
  network: GoldenNetwork,
  subject: GoldenSubject,
  seed: number,
  size: SizePx,
): Promise<readonly { readonly name: string; readonly data: Float32Array }[]> {
  const outputs = await network.run({
    location: 'cpu',
    data: goldenTensor(seed, size, subject.input),
    shape: [1, 3, size.heightPx, size.widthPx],
  });
  return outputNames(subject.output).map((name) => ({
    name,
    data: finiteData(network, subject, name, outputs[name]),
  }));
}

function finiteData(
  network: GoldenNetwork,
  subject: GoldenSubject,
  name: string,
  output: OutputTensor | undefined,
): Float32Array {
  if (!output) {
    throw new AppError(
      'MODEL_INCOMPATIBLE',
      `Model ${subject.id}: expected an output ${name}, found none of that name`,
    );
  }
  const place = output.data.findIndex((value) => !Number.isFinite(value));
  if (place < 0) return output.data;
  throw wrong(
    network,
    subject,
    `output ${name}: expected finite values, found ${output.data[place]} at ${place} of ${output.data.length}`,
  );
}

function wrong(network: GoldenNetwork, subject: GoldenSubject, finding: string): AppError {
  return new AppError(
    'BACKEND_WRONG',
    `Golden test of model ${subject.id} on ${network.provider}, ${finding}`,
  );
}

function goldenSize({ input }: GoldenSubject): SizePx {
  const padded = (sidePx: number): number =>
    Math.ceil(sidePx / input.strideMultiple) * input.strideMultiple;
  return (
    input.size ?? {
      widthPx: padded(FREE_SIZE_PX.widthPx),
      heightPx: padded(FREE_SIZE_PX.heightPx),
    }
  );
}

/** `count` values at evenly spaced places, the first one included. */
function sampled(data: Float32Array, count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => data[Math.floor((i * data.length) / count)] ?? 0,
  );
}

/** Root mean square of the difference over that of what was expected. */
function relativeError(found: Float32Array, expected: readonly number[]): number {
  let difference = 0;
  let size = 0;
  expected.forEach((value, i) => {
    difference += ((found[i] ?? NaN) - value) ** 2;
    size += value ** 2;
  });
  const smallest = SMALLEST_RMS * Math.sqrt(expected.length);
  return Math.sqrt(difference) / Math.max(Math.sqrt(size), smallest);
}
