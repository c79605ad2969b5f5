import type { FrameImage } from '../../contracts/frame';
import type { FramePath } from '../../contracts/worker-api';
import type { ImageTensor } from '../../inference/tensor';
import type { InputPreparer } from './input-preparer';
import type { LetterboxGeometry } from './letterbox';

/** A tensor and the way it was made. */
export interface PreparedFrame {
  readonly tensor: ImageTensor;
  readonly path: FramePath;
}

/**
 * Picks the first preparer that can take a frame. One that fails on a frame it said it could take is
 * left out from then on: browsers differ in what they can really copy or import.
 */
export class FramePreparer {
  #preparers: readonly InputPreparer[];

  /** In order of preference; the last one takes everything. Owns them. */
  constructor(preparers: readonly InputPreparer[]) {
    if (preparers.length === 0) throw new RangeError('Expected at least one preparer');
    this.#preparers = preparers;
  }

  /** Borrows the frame. The tensor is valid until the next call. */
  async prepare(image: FrameImage, geometry: LetterboxGeometry): Promise<PreparedFrame> {
    for (const preparer of this.#preparers) {
      if (!preparer.supports(image, geometry)) continue;
      try {
        return { tensor: await preparer.prepare(image, geometry), path: preparer.path };
      } catch (error) {
        if (this.#preparers.length === 1) throw error;
        this.#preparers = this.#preparers.filter((other) => other !== preparer);
        preparer.dispose();
      }
    }
    throw new RangeError(
      `No preparer of ${this.#preparers.map(({ path }) => path).join(', ')} takes this frame`,
    );
  }

  dispose(): void {
    for (const preparer of this.#preparers) preparer.dispose();
  }
}
