/** Times v1 against v0 on one thread of ONNX Runtime's WASM build, in turns: whatever slows the machine down slows both. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';

const FILES = [
  'embed-vehicle-v0/vehicle-embedder-v0.onnx',
  'embed-vehicle-v1/vehicle-embedder-v1.onnx',
];
const SIDE_PX = 128;
const WARM_UP_ROUNDS = 5;
const ROUNDS = 60;

ort.env.wasm.numThreads = 1;
const pixels = Float32Array.from({ length: 3 * SIDE_PX ** 2 }, (_, index) => (index * 7919) % 256);
const crop = new ort.Tensor('float32', pixels, [1, 3, SIDE_PX, SIDE_PX]);
const networks = await Promise.all(
  FILES.map(async (file) => ({
    file,
    timesMs: [] as number[],
    session: await ort.InferenceSession.create(
      await readFile(join(import.meta.dirname, '../..', file)),
    ),
  })),
);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { session, timesMs } of networks) {
    const startMs = performance.now();
    await session.run({ x: crop });
    if (round >= WARM_UP_ROUNDS) timesMs.push(performance.now() - startMs);
  }
}
const medians = networks.map(({ file, timesMs }) => {
  timesMs.sort((a, b) => a - b);
  const medianMs = timesMs[Math.floor(timesMs.length / 2)] ?? NaN;
  process.stdout.write(
    `${file}: median ${medianMs.toFixed(1)} ms, least ${timesMs[0]?.toFixed(1)} ms\n`,
  );
  return medianMs;
});
process.stdout.write(`v1 / v0: ${((medians[1] ?? NaN) / (medians[0] ?? NaN)).toFixed(2)}\n`);
