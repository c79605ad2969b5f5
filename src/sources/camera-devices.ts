import type { CameraDevice } from '../contracts/source';
import { findMediaDevices, requireMediaDevices } from './camera-errors';

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

/**
 * Calls back when a device was plugged in or pulled out; never on a page that may not use cameras.
 * Returns the unsubscriber.
 */
export function onCamerasChanged(
  listener: () => void,
  devices: MediaDevices | null = findMediaDevices(),
): () => void {
  devices?.addEventListener('devicechange', listener);
  return () => devices?.removeEventListener('devicechange', listener);
}
