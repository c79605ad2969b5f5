import type { HeadlessPixels } from '../../src/contracts/headless';
import type { RgbaPixels } from '../../src/stages/embed/resample';

/** The pixels of a picture that came from the page. */
export function toRgba({ widthPx, heightPx, rgbaBase64 }: HeadlessPixels): RgbaPixels {
  return { widthPx, heightPx, data: new Uint8Array(Buffer.from(rgbaBase64, 'base64')) };
}
