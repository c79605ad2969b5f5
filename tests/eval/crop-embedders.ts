import { join } from 'node:path';
import { DEFAULT_EMBEDDER_ID, modelById } from '../../models';
import { toUnitLength } from '../../src/core/vector';
import { prepareCrop } from '../../src/stages/embed/crop-tensor';
import { resampleRgb, type RgbaPixels } from '../../src/stages/embed/resample';
import { OnnxNetwork } from './onnx-network';

/** Makes a vector of unit length from a crop. */
export interface CropEmbedder {
  readonly name: string;
  embed(crop: RgbaPixels): Promise<Float32Array>;
  close(): Promise<void>;
}

/** The app's own embedder: its crop code and its weights. */
export async function openBuiltInEmbedder(): Promise<CropEmbedder> {
  const manifest = modelById(DEFAULT_EMBEDDER_ID);
  if (!manifest) throw new Error(`Expected the model "${DEFAULT_EMBEDDER_ID}", found none`);
  const folder = join(import.meta.dirname, '../../models', manifest.id);
  const network = await OnnxNetwork.open(join(folder, manifest.file));
  return {
    name: manifest.id,
    embed: async (crop) => {
      const tensor = prepareCrop(crop, manifest.input);
      if (!tensor) throw new Error('A crop is flat or blurred beyond use: the app would refuse it');
      const sidePx = manifest.input.size?.widthPx ?? 0;
      return unit(await network.run(tensor.data, [1, 3, sidePx, sidePx]));
    },
    close: () => network.close(),
  };
}

/** person-reid-0277 (Open Model Zoo, Apache-2.0): trained on people, of some use on vehicles. */
const PERSON_INPUT = { widthPx: 128, heightPx: 256 } as const;

/** Stretches the crop into an upright picture, blue, green and red planes of 0-255. */
export async function openPersonEmbedder(path: string): Promise<CropEmbedder> {
  const network = await OnnxNetwork.open(path);
  const { widthPx, heightPx } = PERSON_INPUT;
  return {
    name: 'person-reid-0277',
    embed: async (crop) => {
      const rgb = resampleRgb(crop, widthPx, heightPx);
      const planeLength = widthPx * heightPx;
      const planes = new Float32Array(3 * planeLength);
      for (let index = 0; index < planeLength; index += 1) {
        for (let channel = 0; channel < 3; channel += 1) {
          planes[channel * planeLength + index] = rgb[index * 3 + 2 - channel] ?? 0;
        }
      }
      return unit(await network.run(planes, [1, 3, heightPx, widthPx]));
    },
    close: () => network.close(),
  };
}

function unit(values: Float32Array): Float32Array {
  const vector = toUnitLength(values);
  if (!vector) throw new Error('Expected a vector with a length, got zero or NaN');
  return vector;
}
