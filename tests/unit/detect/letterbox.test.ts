import { describe, expect, it } from 'vitest';
import { letterboxFor, toFrameBox } from '../../../src/stages/detect/letterbox';

const free = { size: null, strideMultiple: 32, fit: 'centred' } as const;

describe('the letterbox', () => {
  it.each([
    [
      1280,
      720,
      512,
      { inputWidthPx: 512, inputHeightPx: 288, contentHeightPx: 288, contentYPx: 0 },
    ],
    [
      640,
      360,
      416,
      { inputWidthPx: 416, inputHeightPx: 256, contentHeightPx: 234, contentYPx: 11 },
    ],
    [360, 640, 416, { inputWidthPx: 256, inputHeightPx: 416, contentWidthPx: 234, contentXPx: 11 }],
    [640, 480, 320, { inputWidthPx: 320, inputHeightPx: 256, contentHeightPx: 240, contentYPx: 8 }],
    [321, 241, 416, { inputWidthPx: 416, inputHeightPx: 320, contentHeightPx: 312, contentYPx: 4 }],
  ])('fits %i x %i into %i', (width, height, side, expected) => {
    expect(letterboxFor(free, width, height, side)).toMatchObject(expected);
  });

  it('fits into the one size of a network that has no other', () => {
    const square = letterboxFor(
      { size: { widthPx: 416, heightPx: 416 }, strideMultiple: 32, fit: 'centred' },
      1280,
      720,
      640,
    );
    expect(square).toMatchObject({ inputWidthPx: 416, inputHeightPx: 416, contentYPx: 91 });
  });

  it('leaves the bars right and below a picture in the top left corner', () => {
    const geometry = letterboxFor({ ...free, fit: 'top-left' }, 640, 360, 416);
    expect(geometry).toMatchObject({
      inputHeightPx: 256,
      contentXPx: 0,
      contentYPx: 0,
      contentWidthPx: 416,
      contentHeightPx: 234,
    });
    expect(toFrameBox({ x1: 0, y1: 0, x2: 416, y2: 234 }, geometry)).toEqual({
      x1: 0,
      y1: 0,
      x2: 640,
      y2: 360,
    });
  });

  it('stretches a picture to fill the input, each side by its own scale', () => {
    const spec = {
      size: { widthPx: 512, heightPx: 256 },
      strideMultiple: 32,
      fit: 'stretched',
    } as const;
    const geometry = letterboxFor(spec, 1920, 480, 416);
    expect(geometry).toMatchObject({
      contentXPx: 0,
      contentYPx: 0,
      contentWidthPx: 512,
      contentHeightPx: 256,
      prefilterPx: 1,
    });
    expect(toFrameBox({ x1: 128, y1: 64, x2: 256, y2: 128 }, geometry)).toEqual({
      x1: 480,
      y1: 120,
      x2: 960,
      y2: 240,
    });
  });

  it.each([
    [640, 416, 1],
    [832, 416, 1],
    [1280, 512, 2],
    [1920, 416, 4],
    [3840, 640, 4],
  ])('averages a frame %i wide for %i in squares of %i', (width, side, prefilterPx) => {
    expect(letterboxFor(free, width, Math.round((width * 9) / 16), side)).toMatchObject({
      prefilterPx,
    });
  });

  it('takes boxes back to the frame they came from', () => {
    const geometry = letterboxFor(free, 321, 241, 416);
    const { contentXPx: x, contentYPx: y, contentWidthPx, contentHeightPx } = geometry;
    const whole = { x1: x, y1: y, x2: x + contentWidthPx, y2: y + contentHeightPx };
    expect(toFrameBox(whole, geometry)).toEqual({ x1: 0, y1: 0, x2: 321, y2: 241 });
    const middle = { x1: x + contentWidthPx / 2, y1: y, x2: 1e4, y2: 1e4 };
    expect(toFrameBox(middle, geometry)).toEqual({ x1: 160.5, y1: 0, x2: 321, y2: 241 });
  });

  it('refuses a frame without pixels', () => {
    expect(() => letterboxFor(free, 0, 10, 416)).toThrow('0x10');
  });
});
