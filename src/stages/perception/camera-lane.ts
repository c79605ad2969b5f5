import { CropScheduler } from '../embed/crop-scheduler';
import type { TrackIds } from '../track/track-ids';
import { VehicleTracker } from '../track/tracker';
import type { TrackerOptions } from '../track/tracker-options';

/** What is remembered of one camera from frame to frame: its tracks, and which of them were cropped. */
export class CameraLane {
  readonly tracker: VehicleTracker;
  readonly scheduler = new CropScheduler();

  /** `ids`: shared by all cameras of the run. */
  constructor(options: TrackerOptions, ids: TrackIds) {
    this.tracker = new VehicleTracker(options, ids);
  }
}
