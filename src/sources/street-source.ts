import type { FrameSource } from '../contracts/source';
import type { FrameTruth, StreetChoice } from '../contracts/street';
import { CameraGroup } from './camera-group';
import { StreetCameraSource } from './street-camera-source';
import { WALL_CLOCK, type StreetClock } from './street-clock';
import { StreetSession, type StreetDrawer } from './street-session';

/** The street has two: one sees vehicles first, the other sees them again. */
const CAMERA_COUNT = 2;

/**
 * The Demo street as one source with two cameras. `drawer` belongs to the source and is closed with it.
 * `onTruth` hears what is true about each picture, in their order, before the picture is handed out; without it nothing
 * is measured. How time goes by: {@link StreetCameraSource}.
 */
export function createStreetSource(
  choice: StreetChoice,
  drawer: StreetDrawer,
  onTruth?: (truth: FrameTruth) => void,
  clock: StreetClock = WALL_CLOCK,
): FrameSource {
  const session = new StreetSession(choice, drawer, onTruth ?? null, clock);
  const cameras = Array.from(
    { length: CAMERA_COUNT },
    (_, index) => new StreetCameraSource(session, { index, count: CAMERA_COUNT }),
  );
  return new CameraGroup('Demo street', cameras);
}
