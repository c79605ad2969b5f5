import type { SessionReader } from '../../../src/contracts/session';
import { ReplayPlayer } from '../../../src/runtime/replay/replay-player';
import { ReplayCanvas } from '../../../src/ui/replay/replay-canvas';
import { readFrameCode } from '../../fixtures/scene/frame-code';
import { indexOfCentre, NUMBERED_HEIGHT_PX, NUMBERED_WIDTH_PX } from './numbered-session';

/** What a view showed: the number in the picture, the number of the box drawn on it, and the time it was said to be of. */
export interface Sight {
  readonly pictureNumber: number | null;
  readonly boxNumber: number | null;
  readonly timeUs: number;
  /** Whether the results shown are those of this very picture. */
  readonly isAnalysed: boolean;
}

/** A player with one view on the page; everything shown is read back from the canvases. */
export function openView(reader: SessionReader) {
  const host = document.createElement('div');
  host.style.cssText = `position: relative; width: ${NUMBERED_WIDTH_PX}px; height: ${NUMBERED_HEIGHT_PX}px`;
  const canvasIn = (): HTMLCanvasElement => {
    const canvas = document.createElement('canvas');
    canvas.style.cssText = 'position: absolute; inset: 0; width: 100%; height: 100%';
    host.append(canvas);
    return canvas;
  };
  const elements = { picture: canvasIn(), overlay: canvasIn(), compared: canvasIn() };
  document.body.append(host);
  const camera = reader.header.cameras[0];
  if (!camera) throw new Error('Expected a camera');
  const player = new ReplayPlayer({ reader, resultSet: 'live' });
  const canvas = new ReplayCanvas(camera, elements, null);
  canvas.setLayers({ boxes: true, labels: false, trails: false });
  const sights: Sight[] = [];
  player.onShow((picture) => {
    canvas.draw(picture);
    sights.push({
      pictureNumber: readFrameCode(elements.picture),
      boxNumber: readBoxNumber(elements.overlay),
      timeUs: picture.timeUs,
      isAnalysed: picture.overlay.exact !== null,
    });
  });
  return {
    player,
    sights,
    close: () => {
      player.close();
      canvas.dispose();
      host.remove();
    },
  };
}

/** The frame number that the only box on an overlay stands for; null: there is no box. */
function readBoxNumber(overlay: HTMLCanvasElement): number | null {
  const { width, height } = overlay;
  const data = overlay.getContext('2d')?.getImageData(0, 0, width, height).data;
  if (!data) return null;
  const scale = width / NUMBERED_WIDTH_PX;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    if ((data[pixel * 4 + 3] ?? 0) === 0) continue;
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (left > right) return null;
  return indexOfCentre((left + right + 1) / 2 / scale, (top + bottom + 1) / 2 / scale);
}

/** Ticks with the display until playing ends. */
export async function playToEnd(player: ReplayPlayer): Promise<void> {
  player.play();
  while (player.state.isPlaying) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    player.tick();
  }
  // The last picture may come after the end, when its decoder was late.
  while (player.state.isWaiting) await new Promise((resolve) => requestAnimationFrame(resolve));
}
