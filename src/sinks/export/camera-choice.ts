import type { ExportRequest } from '../../contracts/export';
import type { CameraId } from '../../contracts/frame';
import type { SessionCamera, SessionReader } from '../../contracts/session';

/** What people call a camera of a session; its id when it is not one of the session's. */
export function cameraLabel(session: SessionReader, cameraId: CameraId): string {
  return findCamera(session, cameraId)?.label ?? cameraId;
}

/** Null: the session has no such camera. */
export function findCamera(session: SessionReader, cameraId: CameraId): SessionCamera | null {
  return session.header.cameras.find((camera) => camera.cameraId === cameraId) ?? null;
}

/** The camera that a request for one camera's format means. */
export function cameraOf(session: SessionReader, request: ExportRequest): CameraId {
  return request.cameraId ?? session.header.cameras[0]?.cameraId ?? '';
}
