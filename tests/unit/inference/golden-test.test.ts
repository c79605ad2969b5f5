import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelById } from '../../../models';
import type { GoldenTest } from '../../../src/contracts/model';
import {
  checkGolden,
  makeGolden,
  type GoldenNetwork,
  type GoldenSubject,
} from '../../../src/inference/golden-test';
import { findInitializers } from './initializers';
import { openNodeNetwork, type NodeNetwork } from './node-network';

// The runtime is compiled in this process first, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const manifest = modelById('embed-vehicle-v0');
if (!manifest) throw new Error('Expected the model embed-vehicle-v0, found none');
const subject: GoldenSubject = manifest;
const weightsPath = join(
  import.meta.dirname,
  '../../../models/embed-vehicle-v0/vehicle-embedder-v0.onnx',
);

/** `TensorProto.DataType` of the ONNX schema. */
const FLOAT16 = 10;

const open: NodeNetwork[] = [];
async function load(bytes: Uint8Array): Promise<NodeNetwork> {
  const network = await openNodeNetwork(bytes);
  open.push(network);
  return network;
}
afterEach(async () => {
  for (const network of open.splice(0)) await network.close();
});

describe('the golden test of the vehicle embedder', () => {
  let weights: Uint8Array;
  let golden: GoldenTest;
  beforeAll(async () => {
    weights = await readFile(weightsPath);
    const network = await openNodeNetwork(weights);
    golden = await makeGolden(network, subject);
    await network.close();
  });

  it('keeps every value of the vector', () => {
    expect(golden.outputs.map(({ name, length, values }) => [name, length, values.length])).toEqual(
      [['z', 256, 256]],
    );
  });

  it('is passed by intact weights', async () => {
    await expect(checkGolden(await load(weights), { ...subject, golden })).resolves.toBeUndefined();
  });

  it('catches weights that were reversed in any one of the convolutions tried', async () => {
    const convolutions = findInitializers(weights).filter(({ valueCount }) => valueCount >= 24);
    expect(convolutions.length).toBeGreaterThan(20);
    // First, last and three between: each costs a session. All 31 were tried by hand once.
    const last = convolutions.length - 1;
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      const site = convolutions[Math.round(part * last)];
      if (!site) throw new Error('Expected a weight tensor, found none');
      const damaged = Uint8Array.from(weights);
      reverseValues(damaged.subarray(site.offset, site.offset + site.bytes), site.dataType);
      await expect(
        checkGolden(await load(damaged), { ...subject, golden }),
        site.name,
      ).rejects.toMatchObject({ code: 'BACKEND_WRONG' });
    }
  });

  it('catches the highest exponent bit of one weight in the middle of the network', async () => {
    const sites = findInitializers(weights).filter(({ dataType }) => dataType === FLOAT16);
    const site = sites[sites.length >> 1];
    if (!site) throw new Error('Expected a weight tensor, found none');
    const damaged = Uint8Array.from(weights);
    // Little-endian: the exponent is in the second byte.
    const at = site.offset + 2 * (site.valueCount >> 1) + 1;
    damaged[at] = (damaged[at] ?? 0) ^ 0x40;
    await expect(
      checkGolden(await load(damaged), { ...subject, golden }),
      site.name,
    ).rejects.toMatchObject({ code: 'BACKEND_WRONG' });
  });

  it('names output, error, tolerance and provider', async () => {
    const shifted = golden.outputs.map((output) => ({
      ...output,
      values: output.values.map((value) => value * 1.5),
    }));
    await expect(
      checkGolden(await load(weights), { ...subject, golden: { ...golden, outputs: shifted } }),
    ).rejects.toThrow(
      'Golden test of model embed-vehicle-v0 on wasm, output z: expected a relative root mean square error of at most 0.001, found 0.333',
    );
  });

  it('catches a provider that answers NaN, with a golden test and without one', async () => {
    const network = planted(await load(weights), (values) => values.fill(NaN, 100, 101));
    for (const test of [golden, null]) {
      await expect(checkGolden(network, { ...subject, golden: test })).rejects.toThrow(
        'expected finite values, found NaN at 100 of 256',
      );
    }
  });

  it('catches a provider that answers infinity, and one that answers zeros', async () => {
    const infinite = planted(await load(weights), (values) => values.fill(Infinity));
    await expect(checkGolden(infinite, { ...subject, golden: null })).rejects.toMatchObject({
      code: 'BACKEND_WRONG',
    });
    const zero = planted(await load(weights), (values) => values.fill(0));
    await expect(checkGolden(zero, { ...subject, golden })).rejects.toThrow('found 1.00');
  });

  it('is not made from an answer that is no number', async () => {
    const network = planted(await load(weights), (values) => values.fill(NaN));
    await expect(makeGolden(network, subject)).rejects.toMatchObject({ code: 'BACKEND_WRONG' });
  });
});

/** The same network on a provider with a fault. */
function planted(
  network: GoldenNetwork,
  damage: (values: Float32Array) => Float32Array,
): GoldenNetwork {
  return {
    provider: network.provider,
    run: async (input) => {
      const outputs = await network.run(input);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data, shape }]) => [
          name,
          { data: damage(data.slice()), shape },
        ]),
      );
    },
  };
}

function reverseValues(bytes: Uint8Array, dataType: number): void {
  const width = dataType === FLOAT16 ? 2 : 4;
  const copy = bytes.slice();
  for (let at = 0; at < bytes.length; at += width) {
    bytes.set(copy.subarray(at, at + width), bytes.length - width - at);
  }
}
