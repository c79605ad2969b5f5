import type { ResultSetId, SessionCamera, SessionReader, TimeRange } from '../../contracts/session';
import { CameraVideo } from '../../sources/session-video/camera-video';
import { StoredResults } from '../../sources/session-video/stored-results';
import { ReplayLane } from './replay-lane';
import { ResultPicker } from './result-picker';
import type { ShownPicture } from './shown-picture';

/** Where lanes tell what they have. */
export interface LaneListeners {
  readonly show: (picture: ShownPicture) => void;
  readonly onDamage: (range: TimeRange, error: unknown) => void;
}

/** What finds results for a camera. */
export type MakePickers = (camera: SessionCamera) => {
  readonly picker: ResultPicker;
  readonly comparedPicker: ResultPicker | null;
};

/** One lane for each camera of a session. */
export function makeLanes(
  reader: SessionReader,
  makePickers: MakePickers,
  { show, onDamage }: LaneListeners,
): readonly ReplayLane[] {
  return reader.header.cameras.map((camera) => {
    const segments = reader.segments.filter(({ cameraId }) => cameraId === camera.cameraId);
    const readPart = (name: string): Promise<Blob> => reader.part(name);
    const video =
      segments.length > 0 ? new CameraVideo({ camera, segments, readPart, onDamage }) : null;
    const { gaps } = reader.header;
    return new ReplayLane({ camera, video, gaps, show, ...makePickers(camera) });
  });
}

/** The cameras share what is in memory of each result set. */
export function pickersOf(
  reader: SessionReader,
  resultSet: ResultSetId,
  compared: ResultSetId | null,
  onDamage: LaneListeners['onDamage'],
): MakePickers {
  const results = new StoredResults(reader, resultSet, onDamage);
  const others = compared === null ? null : new StoredResults(reader, compared, onDamage);
  return (camera) => ({
    picker: new ResultPicker(results, camera),
    comparedPicker: others && new ResultPicker(others, camera),
  });
}
