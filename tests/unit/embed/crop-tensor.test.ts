import { describe, expect, it } from 'vitest';
import type { ModelInputSpec } from '../../../src/contracts/model';
import { mirrorPlanes, prepareCrop, toPlanes } from '../../../src/stages/embed/crop-tensor';
import { fitInSquare, placeInSquare } from '../../../src/stages/embed/fit-in-square';
import { resampleRgb, type RgbaPixels } from '../../../src/stages/embed/resample';
import { cropQuality, measureSharpness } from '../../../src/stages/embed/sharpness';
import reference from './resample-reference.json';

const input: ModelInputSpec = {
  name: 'x',
  sidePx: 32,
  strideMultiple: 32,
  channelOrder: 'RGB',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  padValue: 114,
};

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

describe('a picture fitted into a square', () => {
  it('centres and keeps the aspect, the odd pixel right or below', () => {
    expect(placeInSquare(200, 100, 128)).toEqual({
      leftPx: 0,
      topPx: 32,
      widthPx: 128,
      heightPx: 64,
    });
    expect(placeInSquare(101, 200, 128)).toEqual({
      leftPx: 31,
      topPx: 0,
      widthPx: 65,
      heightPx: 128,
    });
    expect(placeInSquare(1000, 1, 128).heightPx).toBe(1);
  });

  it('fills the bars with the grey of the manifest', () => {
    const { rgb } = fitInSquare(
      paint(20, 10, () => [10, 20, 30]),
      32,
      114,
    );
    expect([...rgb.slice(0, 3)]).toEqual([114, 114, 114]);
    const middle = (16 * 32 + 16) * 3;
    expect([...rgb.slice(middle, middle + 3)].map(Math.round)).toEqual([10, 20, 30]);
  });
});

describe('the tensor', () => {
  it('has planes in the channel order and scale of the manifest', () => {
    const picture = fitInSquare(
      paint(8, 8, () => [10, 20, 30]),
      4,
      0,
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
    measureSharpness(fitInSquare(pixels, 64, 114)).sharpness;

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
