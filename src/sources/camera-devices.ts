import type { CameraDevice } from '../contracts/source';
import { requireMediaDevices } from './camera-errors';

/**
 * The cameras of this device. Until permission was given once, browsers tell neither labels nor ids
 * and show at most one camera. Throws AppError CAMERA_UNSUPPORTED.
 */
export async function listCameras(
  devices: MediaDevices = requireMediaDevices(),
): Promise<readonly CameraDevice[]> {
  const all = await devices.enumerateDevices();
  return all
    .filter(({ kind }) => kind === 'videoinput')
    .map(({ deviceId, label }) => ({ deviceId, label }));
}

/** Calls back when a camera was plugged in or pulled out, or labels became known. Returns the unsubscriber. */
export function onCamerasChanged(
  listener: () => void,
  devices: MediaDevices = requireMediaDevices(),
): () => void {
  devices.addEventListener('devicechange', listener);
  return () => devices.removeEventListener('devicechange', listener);
}
