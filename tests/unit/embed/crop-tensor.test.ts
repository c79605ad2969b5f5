import { describe, expect, it } from 'vitest';
import type { ModelInputSpec } from '../../../src/contracts/model';
import { mirrorPlanes, prepareCrop, toPlanes } from '../../../src/stages/embed/crop-tensor';
import { fitPicture, placePicture } from '../../../src/stages/embed/fit-picture';
import { resampleRgb, type RgbaPixels } from '../../../src/stages/embed/resample';
import { cropQuality, measureSharpness } from '../../../src/stages/embed/sharpness';
import reference from './resample-reference.json';

const input: ModelInputSpec = {
  name: 'x',
  size: { widthPx: 32, heightPx: 32 },
  strideMultiple: 32,
  fit: 'centred',
  layout: 'NCHW',
  channelOrder: 'RGB',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  padValue: 114,
};

const square = (sidePx: number) => ({ widthPx: sidePx, heightPx: sidePx });

function paint(
  widthPx: number,
  heightPx: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): RgbaPixels {
  const data = new Uint8ClampedArray(widthPx * heightPx * 4);
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) data.set([...colour(x, y), 255], (y * widthPx + x) * 4);
  }
  return { data, widthPx, heightPx };
}

/** A wave of the given period, pixels. */
function stripes(periodPx: number, amplitude = 100): RgbaPixels {
  return paint(64, 48, (x) => {
    const level = 128 + amplitude * Math.sin((2 * Math.PI * x) / periodPx);
    return [level, level, level];
  });
}

describe('the filter', () => {
  it('resizes as Pillow does, which made the training pictures', () => {
    expect(reference).toHaveLength(4);
    for (const { source, out, pixels, rgb } of reference) {
      const [width = 0, height = 0] = source;
      const picture = paint(width, height, (x, y) => {
        const at = (y * width + x) * 3;
        return [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
      });
      const resized = resampleRgb(picture, out[0] ?? 0, out[1] ?? 0);
      expect(resized).toHaveLength(rgb.length);
      const worst = rgb.reduce(
        (most, v, i) => Math.max(most, Math.abs(v - (resized[i] ?? NaN))),
        0,
      );
      // Pillow rounds to whole levels after each of its two passes.
      expect(worst).toBeLessThanOrEqual(1.01);
    }
  });

  it('refuses an empty picture', () => {
    expect(() =>
      resampleRgb(
        paint(0, 0, () => [0, 0, 0]),
        4,
        4,
      ),
    ).toThrow(RangeError);
  });
});

describe('a picture fitted into an input', () => {
  it('centres and keeps the aspect, the odd pixel right or below', () => {
    expect(placePicture({ widthPx: 200, heightPx: 100 }, square(128), 'centred')).toEqual({
      leftPx: 0,
      topPx: 32,
      widthPx: 128,
      heightPx: 64,
    });
    expect(placePicture({ widthPx: 101, heightPx: 200 }, square(128), 'centred')).toEqual({
      leftPx: 31,
      topPx: 0,
      widthPx: 65,
      heightPx: 128,
    });
    expect(placePicture({ widthPx: 1000, heightPx: 1 }, square(128), 'centred').heightPx).toBe(1);
  });

  it('goes into the top left corner, or fills an upright input, as the manifest says', () => {
    const upright = { widthPx: 64, heightPx: 128 };
    const picture = { widthPx: 200, heightPx: 100 };
    expect(placePicture(picture, upright, 'centred')).toEqual({
      leftPx: 0,
      topPx: 48,
      widthPx: 64,
      heightPx: 32,
    });
    expect(placePicture(picture, upright, 'top-left')).toEqual({
      leftPx: 0,
      topPx: 0,
      widthPx: 64,
      heightPx: 32,
    });
    expect(placePicture(picture, upright, 'stretched')).toEqual({
      leftPx: 0,
      topPx: 0,
      ...upright,
    });
  });

  it('has rows as long as an input that is not square', () => {
    const left = paint(20, 10, (x) => (x < 10 ? [200, 0, 0] : [0, 0, 200]));
    const size = { widthPx: 4, heightPx: 8 };
    const { rgb } = fitPicture(left, size, { fit: 'stretched', padValue: 0 });
    for (let y = 0; y < 8; y += 1) {
      expect(rgb[y * 12]).toBeCloseTo(200, 0);
      expect(rgb[y * 12 + 11]).toBeCloseTo(200, 0);
    }
  });

  it('fills the bars with the grey of the manifest', () => {
    const { rgb } = fitPicture(
      paint(20, 10, () => [10, 20, 30]),
      square(32),
      input,
    );
    expect([...rgb.slice(0, 3)]).toEqual([114, 114, 114]);
    const middle = (16 * 32 + 16) * 3;
    expect([...rgb.slice(middle, middle + 3)].map(Math.round)).toEqual([10, 20, 30]);
  });
});

describe('the tensor', () => {
  it('has planes in the channel order and scale of the manifest', () => {
    const picture = fitPicture(
      paint(8, 8, () => [10, 20, 30]),
      square(4),
      { fit: 'centred', padValue: 0 },
    );
    const bgr = toPlanes(picture, {
      ...input,
      channelOrder: 'BGR',
      mean: [1, 2, 3],
      std: [2, 2, 2],
    });
    expect([bgr[0], bgr[16], bgr[32]].map((v) => Math.round((v ?? 0) * 100) / 100)).toEqual([
      14.5, 9, 3.5,
    ]);
  });

  it('mirrors each row', () => {
    expect([...mirrorPlanes(Float32Array.from([1, 2, 3, 4]), 2)]).toEqual([2, 1, 4, 3]);
  });

  it('is refused for a flat patch and for a blur without detail', () => {
    const flat = paint(40, 30, (x) => [100 + (x % 2), 100, 100]);
    const blur = paint(400, 300, (x) => [x / 2, x / 2, x / 2]);
    expect(prepareCrop(flat, input)).toBeNull();
    expect(prepareCrop(blur, input)).toBeNull();
    expect(prepareCrop(stripes(8), input)?.data).toHaveLength(3 * 32 * 32);
  });
});

describe('sharpness', () => {
  const sharpnessOf = (pixels: RgbaPixels): number =>
    measureSharpness(fitPicture(pixels, square(64), input)).sharpness;

  it('is higher for finer detail', () => {
    expect(sharpnessOf(stripes(6))).toBeGreaterThan(3 * sharpnessOf(stripes(16)));
  });

  it('does not take low contrast for blur', () => {
    expect(sharpnessOf(stripes(8, 20)) / sharpnessOf(stripes(8, 100))).toBeCloseTo(1, 1);
  });

  it('lowers the quality by half at most', () => {
    expect(cropQuality(0.8, 0)).toBeCloseTo(0.4);
    expect(cropQuality(0.8, 1)).toBeGreaterThan(0.78);
  });
});
