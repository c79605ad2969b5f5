import type { CameraId } from '../contracts/frame';
import type { CameraInfo, SourceInfo } from '../contracts/source';

/** A source with a single point of view: its only camera is what the rest tells of. */
export function asOneCamera(info: Omit<SourceInfo, 'cameras'>): SourceInfo {
  const { cameraId, label, widthPx, heightPx } = info;
  return { ...info, cameras: [{ cameraId, label, widthPx, heightPx }] };
}

/** The camera of a source with this id. An id the source does not have is taken for its first camera's. */
export function cameraOf(source: SourceInfo, cameraId: CameraId): CameraInfo {
  return source.cameras.find((camera) => camera.cameraId === cameraId) ?? source;
}
