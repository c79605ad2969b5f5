import type { ModelManifest } from '../../src/contracts/model';

/** A detector whose input has no fixed size. Nothing loads it. */
export const TEST_DETECTOR: ModelManifest = {
  id: 'test-detector',
  task: 'detect',
  title: 'Test detector',
  file: 'test-detector.onnx',
  sha256: 'ab'.repeat(32),
  bytes: 10,
  input: {
    name: 'input',
    size: null,
    strideMultiple: 32,
    fit: 'centred',
    layout: 'NCHW',
    channelOrder: 'BGR',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    padValue: 0,
  },
  output: {
    type: 'nanodet-dfl',
    heads: [{ name: 'p8', stride: 8 }],
    classes: ['car'],
    binCount: 11,
  },
  preprocessVersion: 1,
  recommendedThreshold: 0.35,
  licence: 'MIT',
  origin: 'made up',
  providersTried: [],
  card: { trainedOn: 'nothing', accuracy: [], failures: [] },
  golden: null,
};
