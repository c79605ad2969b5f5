/**
 * Makes nanodet-reference.json: what TensorFlow.js itself answers for the original model, so that the
 * converter is judged by another program. TensorFlow.js is no dependency of the project: install
 * `@tensorflow/tfjs-core@4.22 @tensorflow/tfjs-converter@4.22 @tensorflow/tfjs-backend-cpu@4.22` in a
 * folder of its own and run
 *
 *     npx tsx tests/unit/models/make-nanodet-reference.ts <that folder> <nanodet.json> <nanodet.bin>
 *
 * The exported graph only runs at 416x416. For the other sizes the placeholder and the four resize targets
 * are rewritten first, the only places the size stands in: pixels are then computed by TensorFlow's own rules.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { NANODET_OUTPUTS } from '../../../models/detect-nanodet/source';
import { seededInput } from './seeded-input';

const SIZES = [
  { heightPx: 416, widthPx: 416, seed: 1 },
  { heightPx: 96, widthPx: 160, seed: 2 },
  { heightPx: 288, widthPx: 512, seed: 3 },
];
/** Values kept of each output, spread evenly: a prime, so that they walk through rows and channels. */
const SAMPLE_COUNT = 97;
/** The resize targets, with the stride of the level each one makes. */
const RESIZE_TARGETS: Record<string, number> = { Cast_1: 16, Cast_3: 8, Cast_5: 16, Cast_7: 32 };

interface Tensor {
  data(): Promise<Float32Array>;
}
interface GraphModel {
  execute(input: Tensor, outputs: string[]): Tensor[];
}
/** The little of TensorFlow.js that is used, since its types are not installed. */
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array, shape: number[]): Tensor;
  transpose(tensor: Tensor | undefined, permutation: number[]): Tensor;
  loadGraphModel(handler: unknown): Promise<GraphModel>;
  io: { fromMemory(artifacts: unknown): unknown };
}
interface ModelFile {
  modelTopology: { node: { op: string; attr: { shape?: unknown } }[] };
  weightsManifest: { weights: { name: string; shape: number[]; quantization?: unknown }[] }[];
  signature: { inputs: Record<string, { tensorShape: { dim: { size: string }[] } }> };
}

const [folder = '', topologyFile = '', weightsFile = ''] = process.argv.slice(2);
const loadPackage = createRequire(path.resolve(folder, 'package.json'));
loadPackage('@tensorflow/tfjs-backend-cpu');
const tf = {
  ...loadPackage('@tensorflow/tfjs-core'),
  ...loadPackage('@tensorflow/tfjs-converter'),
} as TensorFlow; // installed elsewhere, so its own types are not known here
await tf.setBackend('cpu');
const cases = [];
for (const size of SIZES) cases.push(await runAt(size));
const target = path.join(import.meta.dirname, 'nanodet-reference.json');
writeFileSync(
  target,
  `${JSON.stringify({ madeBy: path.basename(import.meta.filename), cases })}\n`,
);

async function runAt(size: { heightPx: number; widthPx: number; seed: number }) {
  const { heightPx, widthPx, seed } = size;
  const shape = [1, 3, heightPx, widthPx];
  const model = JSON.parse(readFileSync(topologyFile, 'utf8')) as ModelFile; // the file the converter takes
  const weights = new Uint8Array(readFileSync(weightsFile));
  rewriteSize(model, weights, shape);
  const graph = await tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: model.modelTopology,
      signature: model.signature,
      weightSpecs: model.weightsManifest[0]?.weights,
      weightData: weights.buffer,
    }),
  );
  const input = tf.tensor(seededInput(seed, 3 * heightPx * widthPx), shape);
  const results = graph.execute(
    input,
    NANODET_OUTPUTS.map((output) => output.node),
  );
  const outputs: Record<string, number[]> = {};
  for (const [index, { name, channels = [] }] of NANODET_OUTPUTS.entries()) {
    const values = await tf.transpose(results[index], [0, 3, 1, 2]).data();
    outputs[name] = sample(pickChannels(values, channels));
  }
  return { heightPx, widthPx, seed, outputs };
}

function rewriteSize(model: ModelFile, weights: Uint8Array, shape: readonly number[]): void {
  const dim = shape.map((length) => ({ size: String(length) }));
  for (const node of model.modelTopology.node) {
    if (node.op === 'Placeholder') node.attr.shape = { shape: { dim } };
  }
  for (const input of Object.values(model.signature.inputs)) input.tensorShape.dim = dim;
  const view = new DataView(weights.buffer);
  let offset = 0;
  for (const entry of model.weightsManifest[0]?.weights ?? []) {
    const stride = RESIZE_TARGETS[entry.name.replace('PartitionedCall/', '')];
    if (stride !== undefined) {
      view.setInt32(offset, (shape[2] ?? 0) / stride, true);
      view.setInt32(offset + 4, (shape[3] ?? 0) / stride, true);
    }
    const valueCount = entry.shape.reduce((product, length) => product * length, 1);
    offset += valueCount * (entry.quantization ? 2 : 4);
  }
}

/** The original model makes 80 classes and 44 distance bins in each of its 124 channels. */
function pickChannels(values: Float32Array, channels: readonly number[]): number[] {
  const cellCount = values.length / 124;
  return channels.flatMap((c) => [...values.subarray(c * cellCount, (c + 1) * cellCount)]);
}

function sample(values: readonly number[]): number[] {
  return Array.from({ length: SAMPLE_COUNT }, (_, index) => {
    const value = values[Math.floor((index * values.length) / SAMPLE_COUNT)] ?? NaN;
    return Number(value.toPrecision(6));
  });
}
