import { describe, expect, it } from 'vitest';
import { toJpeg } from '../../../src/sinks/export/to-jpeg';

async function picture(type: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(64, 48);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Expected a 2D context, got none');
  context.fillStyle = 'rgb(200, 40, 90)';
  context.fillRect(0, 0, 64, 48);
  return canvas.convertToBlob({ type });
}

describe('crops as JPEG', () => {
  it('are as they were when they are JPEG already', async () => {
    const jpeg = await picture('image/jpeg');
    expect(await toJpeg(jpeg)).toBe(jpeg);
  });

  it('are encoded anew from another format, in their size and colour', async () => {
    const webp = await picture('image/webp');
    expect(webp.type).toBe('image/webp');
    const jpeg = await toJpeg(webp);
    expect([...new Uint8Array(await jpeg.slice(0, 2).arrayBuffer())]).toEqual([0xff, 0xd8]);
    const image = await createImageBitmap(jpeg);
    expect([image.width, image.height]).toEqual([64, 48]);
    const context = new OffscreenCanvas(64, 48).getContext('2d');
    context?.drawImage(image, 0, 0);
    const [red = 0, green = 0, blue = 0] = context?.getImageData(30, 20, 1, 1).data ?? [];
    expect(Math.abs(red - 200) + Math.abs(green - 40) + Math.abs(blue - 90)).toBeLessThan(20);
  });
});
