import type { CameraId } from '../../../contracts/frame';
import type { SessionFrame, SessionReader } from '../../../contracts/session';

/** One camera of a session as if it had been alone; the session itself when it is. Counts of results stay those of all. */
export function ofCamera(session: SessionReader, cameraId: CameraId): SessionReader {
  const { header } = session;
  if (header.cameras.length === 1) return session;
  const cameras = header.cameras.filter((camera) => camera.cameraId === cameraId);
  const isOwn = (of: { readonly cameraId: CameraId }): boolean => of.cameraId === cameraId;
  return {
    header: { ...header, cameras, sourceLabel: cameras[0]?.label ?? header.sourceLabel },
    segments: session.segments.filter(isOwn),
    frames: (resultSet, range) => filtered(session.frames(resultSet, range), isOwn),
    tracks: async (resultSet) => (await session.tracks(resultSet)).filter(isOwn),
    sightings: async (resultSet) => (await session.sightings(resultSet)).filter(isOwn),
    partNames: () => session.partNames(),
    part: (name) => session.part(name),
  };
}

async function* filtered(
  frames: AsyncIterable<SessionFrame>,
  isKept: (frame: SessionFrame) => boolean,
): AsyncGenerator<SessionFrame> {
  for await (const frame of frames) if (isKept(frame)) yield frame;
}
