import type { StreetChoice, StreetFrame, StreetFrameRequest } from '../../../src/contracts/street';
import type { StreetDrawer } from '../../../src/sources/street-session';
import { createStreetSource } from '../../../src/sources/street-source';
import { describeSourceContract } from './source-contract';

const CHOICE: StreetChoice = {
  seed: 7,
  weather: 'sun',
  pace: 'offline',
  framesPerSecond: 30,
  durationUs: 1_000_000,
};

/** Grey pictures instead of a street: what a source promises does not depend on what is drawn. */
class GreyDrawer implements StreetDrawer {
  readonly #canvas = new OffscreenCanvas(64, 36);

  async open(): ReturnType<StreetDrawer['open']> {
    const cameras = ['near', 'far'].map((cameraId) => ({
      cameraId,
      label: cameraId,
      widthPx: 64,
      heightPx: 36,
    }));
    return { cameras, quality: 'plain', rendererName: 'grey' };
  }

  async frame({ captureTimeUs }: StreetFrameRequest): Promise<StreetFrame> {
    this.#canvas.getContext('2d')?.fillRect(0, 0, 64, 36);
    return {
      image: new VideoFrame(this.#canvas, { timestamp: captureTimeUs }),
      truth: null,
      renderMs: 0,
    };
  }

  close(): void {
    // Nothing to end.
  }
}

describeSourceContract('a stepped street', () =>
  Promise.resolve(createStreetSource(CHOICE, new GreyDrawer())),
);
describeSourceContract('a live street', () =>
  Promise.resolve(createStreetSource({ ...CHOICE, pace: 'live' }, new GreyDrawer())),
);
