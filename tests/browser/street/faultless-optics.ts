import type { CameraOptics } from '../../../src/contracts/street';

/** A lens and a sensor that change nothing: what is drawn can be worked out by hand. */
export const FAULTLESS_OPTICS: CameraOptics = {
  whiteBalance: [1, 1, 1],
  exposureEv: 0,
  noise: 0,
  blurPx: 0,
  distortionK1: 0,
  vignette: 0,
};
