import type { ModelListing, ModelManifest } from '../../../src/contracts/model';
import type { OnnxFacts } from '../../../src/contracts/shelf';
import { TEST_DETECTOR } from '../../support/test-detector';

/*
 * Models that do not exist, with every kind of thing a card can say.
 */

const DETECTOR: ModelManifest = {
  ...TEST_DETECTOR,
  id: 'detect-small',
  title: 'NanoDet (built in)',
  file: 'small.onnx',
  sha256: 'aa',
  bytes: 7_542_834,
  licence: 'Apache-2.0 AND MIT',
  providersTried: ['wasm', 'webgpu'],
  card: {
    trainedOn: 'COCO 2017 photographs',
    accuracy: [
      {
        measure: 'AP50 on two roadside clips, 512 px',
        value: 0.915,
        command: 'npm run eval -- detection --json',
      },
      { measure: 'AP on COCO val2017', value: 0.203, command: null },
    ],
    failures: ['Seen from above, vehicles are found with scores near 0.15.'],
  },
};

const EMBEDDER: ModelManifest = {
  ...DETECTOR,
  id: 'embed-one',
  task: 'embed',
  title: 'Vehicle embedder v1 (built in)',
  sha256: 'bb',
  bytes: 1_737_956,
  input: { ...TEST_DETECTOR.input, size: { widthPx: 128, heightPx: 128 } },
  output: { type: 'embedding', name: 'z', dimension: 256 },
  licence: 'MIT',
  card: {
    trainedOn: 'Vehicle-Re-ID-Dataset, 405 vehicles at two cameras, and renderings of a street',
    accuracy: [
      {
        measure: 'Rank-1 on vn-2cam val, standard rule',
        value: 0.93,
        command: 'npm run eval -- reid --data ../shared/reid/vn-2cam --split val --json',
      },
      {
        measure: 'mAP on vn-2cam val, standard rule',
        value: 0.954,
        command: 'npm run eval -- reid --data ../shared/reid/vn-2cam --split val --json',
      },
    ],
    failures: ['White cars of one type are taken for each other.', 'Weak at night.'],
  },
};

/** Those the fake shelf begins with. */
export const FAKE_MODELS: readonly ModelManifest[] = [
  DETECTOR,
  EMBEDDER,
  { ...EMBEDDER, id: 'embed-two', title: 'Vehicle embedder v0 (built in)', sha256: 'cc' },
];

/** Known, but not there. */
export const ABSENT_DETECTOR: ModelListing = {
  ...DETECTOR,
  id: 'detect-yolox-nano',
  title: 'YOLOX-nano',
  licence: 'Apache-2.0',
  input: { ...TEST_DETECTOR.input, size: { widthPx: 416, heightPx: 416 } },
  providersTried: ['wasm'],
  download: { url: 'https://example.org/yolox_nano.onnx', checksum: null, bytes: 3_700_000 },
};

/** What the fake shelf finds in every file: an export of YOLOX. */
export const IMPORT_FACTS: OnnxFacts = {
  bytes: 3_659_407,
  sha256: 'dd',
  inputs: [{ name: 'images', type: 'float32', shape: [1, 3, 416, 416] }],
  outputs: [{ name: 'output', type: 'float32', shape: [1, 3549, 85] }],
};
