import type { CameraSettings, SourceNotice } from '../contracts/source';
import { isWantedCameraGone, toCameraError } from './camera-errors';

/** A running camera, and what had to be given up to get it. */
export interface OpenedCamera {
  readonly stream: MediaStream;
  readonly track: MediaStreamVideoTrack;
  readonly notice: SourceNotice | null;
}

/** Cameras give their size as 16:9 or 4:3; asking for the wider one never hides a part of the scene. */
const ASPECT = 16 / 9;
/** More than a detector in a browser can use. */
const IDEAL_FPS = 30;

/**
 * Asks for the wanted camera, and for any camera when the wanted one is gone, unless
 * `isDeviceRequired`. Throws AppError
 * CAMERA_* and whatever `signal` aborts with; a camera granted after that is stopped at once.
 */
export async function openCamera(
  devices: MediaDevices,
  settings: CameraSettings,
  signal: AbortSignal,
  isDeviceRequired = false,
): Promise<OpenedCamera> {
  try {
    return await ask(devices, settings, signal, isDeviceRequired);
  } catch (error) {
    signal.throwIfAborted();
    throw toCameraError(error);
  }
}

async function ask(
  devices: MediaDevices,
  settings: CameraSettings,
  signal: AbortSignal,
  isDeviceRequired: boolean,
): Promise<OpenedCamera> {
  try {
    return toOpened(await request(devices, toConstraints(settings), signal), null);
  } catch (error) {
    signal.throwIfAborted();
    const mayBeAnother = settings.deviceId !== null && !isDeviceRequired;
    if (!mayBeAnother || !isWantedCameraGone(error)) throw error;
  }
  const anyCamera = { ...settings, deviceId: null };
  const stream = await request(devices, toConstraints(anyCamera), signal);
  return toOpened(stream, 'chosen-camera-gone');
}

/** Everything but the chosen camera is a wish, so that no camera is refused for its size. */
export function toConstraints(settings: CameraSettings): MediaTrackConstraints {
  const { deviceId, heightPx, facingMode } = settings;
  return {
    width: { ideal: Math.round(heightPx * ASPECT) },
    height: { ideal: heightPx },
    frameRate: { ideal: IDEAL_FPS },
    ...(deviceId === null ? {} : { deviceId: { exact: deviceId } }),
    ...(deviceId === null && facingMode !== null ? { facingMode: { ideal: facingMode } } : {}),
  };
}

/** `getUserMedia` cannot be called off: the answer is awaited without keeping the caller waiting. */
async function request(
  devices: MediaDevices,
  video: MediaTrackConstraints,
  signal: AbortSignal,
): Promise<MediaStream> {
  signal.throwIfAborted();
  const granted = devices.getUserMedia({ video, audio: false });
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error); // what throwIfAborted would throw
    signal.addEventListener('abort', onAbort, { once: true });
    granted
      .then((stream) => {
        if (signal.aborted) stopStream(stream);
        resolve(stream);
      }, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function toOpened(stream: MediaStream, notice: SourceNotice | null): OpenedCamera {
  const [track] = stream.getVideoTracks();
  if (track) return { stream, track, notice };
  stopStream(stream);
  throw new DOMException('The stream has no video track', 'NotFoundError');
}

/** Turns every device of a stream off. */
export function stopStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
