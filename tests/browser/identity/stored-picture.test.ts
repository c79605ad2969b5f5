import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dot } from '../../../src/core/vector';
import { encodePicture } from '../../../src/stages/embed/crop-pixels';
import type { VehicleEmbedder } from '../../../src/stages/embed/embedder';
import { openEmbedder } from '../../../src/stages/embed/open-embedder';
import type { CropEmbedder } from '../../../src/stages/identity/ports';
import { embedStoredPicture } from '../../../src/stages/identity/stored-picture';
import { cropOf, drawCar, loadOf, V1 } from './gallery-at-work';

let embedder: VehicleEmbedder;

beforeAll(async () => {
  ({ embedder } = await openEmbedder(loadOf(V1)));
});

afterAll(() => embedder.dispose());

describe('a stored picture', () => {
  it('gives nearly the vector that its crop gave', async () => {
    const image = drawCar('#b01818');
    const embedded = await embedder.embed(cropOf(1, 1, 0, image));
    const vector = await embedStoredPicture(embedder, await encodePicture(image, []));
    image.close();
    expect(dot(vector!, embedded!.embedding.vector)).toBeGreaterThan(0.97);
    const other = await embedStoredPicture(embedder, await encodePicture(drawCar('#f0f0f0'), []));
    expect(dot(vector!, other!)).toBeLessThan(0.95);
  });

  it.each([
    ['nothing', new Blob([])],
    ['noise', new Blob([crypto.getRandomValues(new Uint8Array(4_000))], { type: 'image/jpeg' })],
  ])('of %s has none', async (_name, picture) => {
    expect(await embedStoredPicture(embedder, picture)).toBeNull();
  });

  it('that was cut off or shows nothing has none', async () => {
    const whole = await encodePicture(drawCar('#b01818'), []);
    expect(await embedStoredPicture(embedder, whole.slice(0, 200))).toBeNull();
    const flat = new OffscreenCanvas(200, 120);
    flat.getContext('2d')!.fillRect(0, 0, 200, 120);
    const picture = await flat.convertToBlob({ type: 'image/jpeg' });
    expect(await embedStoredPicture(embedder, picture)).toBeNull();
  });

  it('lets a failure of the embedder be known', async () => {
    const failing: CropEmbedder = {
      space: embedder.space,
      dimension: embedder.dimension,
      timings: embedder.timings,
      embed: () => Promise.reject(new Error('The device was lost')),
    };
    const picture = await encodePicture(drawCar('#b01818'), []);
    await expect(embedStoredPicture(failing, picture)).rejects.toThrow('The device was lost');
  });
});
