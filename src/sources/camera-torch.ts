import { AppError } from '../core/app-error';

/** TypeScript's library (6.0) does not describe the torch: https://w3c.github.io/mediacapture-image/#torch. */
interface TorchCapabilities extends MediaTrackCapabilities {
  readonly torch?: boolean;
}

interface TorchConstraintSet extends MediaTrackConstraintSet {
  readonly torch: boolean;
}

/** Whether a camera has a torch that can be switched. */
export function trackHasTorch(track: MediaStreamTrack): boolean {
  // Firefox has no getCapabilities before 132.
  const asked = track as Partial<MediaStreamTrack>;
  const capabilities: TorchCapabilities = asked.getCapabilities?.() ?? {};
  return capabilities.torch === true;
}

/** Switches a camera's torch. Throws AppError CAMERA_UNSUPPORTED when there is none or it refuses. */
export async function switchTorch(track: MediaStreamTrack | null, isOn: boolean): Promise<void> {
  if (!track || !trackHasTorch(track)) {
    throw new AppError('CAMERA_UNSUPPORTED', 'Expected a camera with a torch, found one without');
  }
  const wanted: TorchConstraintSet = { torch: isOn };
  try {
    await track.applyConstraints({ advanced: [wanted] });
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('CAMERA_UNSUPPORTED', `Expected the torch to switch, found ${found}`, {
      cause,
    });
  }
}
