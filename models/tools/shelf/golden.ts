import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as ort from 'onnxruntime-web';
import * as prettier from 'prettier';
import type { ModelManifest } from '../../../src/contracts/model';
import { checkGolden, makeGolden, type GoldenNetwork } from '../../../src/inference/golden-test';
import { interleavePlanes, type OutputTensor } from '../../../src/inference/tensor';
import { installedManifest } from '../../index';
import { PrepareError } from '../prepare-error';
import { soundRow, type Shelf, type Voice } from './shelf';

/**
 * Runs a model on ONNX Runtime's WASM build, one thread, and writes what it answers into its `manifest.json` as its golden
 * test: from then on every device is held to it. A developer's command, for a model whose answers are known to be right.
 *
 * @throws PrepareError when the model is not there; AppError when it does not run or answers nonsense.
 */
export async function writeGolden(shelf: Shelf, id: string, voice: Voice): Promise<void> {
  const manifest = await presentModel(shelf, id);
  const network = await openOnWasm(path.join(shelf.paths.publicModels, manifest.file), manifest);
  try {
    const golden = await makeGolden(network, manifest);
    await checkGolden(network, { ...manifest, golden });
    const file = path.join(shelf.paths.models, id, 'manifest.json');
    const text = withGolden(await readFile(file, 'utf8'), JSON.stringify(golden));
    const options = await prettier.resolveConfig(file);
    await writeFile(file, await prettier.format(text, { ...options, filepath: file }));
    const counts = golden.outputs.map(({ name, values }) => `${name}: ${values.length} values`);
    voice.say(`${file}: golden test written (${counts.join(', ')})`);
  } finally {
    await network.close();
  }
}

/** Puts a golden test in the place of the one a manifest's text has, so that the rest keeps its form. */
export function withGolden(manifestText: string, golden: string): string {
  const pattern = /^ {2}"golden": (?:null|\{[^]*?^ {2}\})/m;
  if (!pattern.test(manifestText)) {
    throw new PrepareError(
      'Expected a manifest with "golden" on a line of its own, found none',
      'Write "golden": null, between "card" and "download" and run prettier.',
    );
  }
  return manifestText.replace(pattern, () => `  "golden": ${golden}`);
}

async function presentModel(shelf: Shelf, id: string): Promise<ModelManifest> {
  const listing = shelf.listings.find((one) => one.id === id);
  if (!listing) {
    const known = shelf.listings.map((one) => one.id).join(', ');
    throw new PrepareError(`Expected one of ${known}, found "${id}"`, 'List the model first.');
  }
  if (listing.download === null) return listing;
  const row = await soundRow(shelf, listing);
  if (row) return installedManifest(listing, row);
  throw new PrepareError(`${id} is not there`, `Add it first: npm run models -- add ${id}`);
}

async function openOnWasm(
  file: string,
  { input }: ModelManifest,
): Promise<GoldenNetwork & { close(): Promise<void> }> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(await readFile(file), {
    executionProviders: ['wasm'],
  });
  return {
    provider: 'wasm',
    run: async (tensor) => {
      if (tensor.location !== 'cpu') throw new TypeError('Expected a tensor in memory');
      const [count, channels, height, width] = tensor.shape;
      const isPlanar = input.layout === 'NCHW';
      const data = isPlanar ? tensor.data : interleavePlanes(tensor.data, count, height * width);
      const shape = isPlanar ? tensor.shape : [count, height, width, channels];
      const results = await session.run({ [input.name]: new ort.Tensor('float32', data, shape) });
      return Object.fromEntries(Object.entries(results).map(readOutput));
    },
    close: () => session.release(),
  };
}

function readOutput([name, tensor]: [string, ort.Tensor]): [string, OutputTensor] {
  if (tensor.data instanceof Float32Array) return [name, { data: tensor.data, shape: tensor.dims }];
  throw new TypeError(`Expected output ${name} of float32, found ${tensor.type}`);
}
