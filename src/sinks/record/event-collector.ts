import type { VehicleClass } from '../../contracts/detection';
import type { CameraId } from '../../contracts/frame';
import type { SessionBox, SessionEvent, SessionFrame } from '../../contracts/session';
import type { Track, TrackId } from '../../contracts/track';
import type { FrameResult } from '../../contracts/worker-api';
import { TrackNumbers } from './track-numbers';

/** A track that goes on, as far as the session has seen it. */
interface LivingTrack {
  readonly cameraId: CameraId;
  readonly firstSeenUs: number;
  lastSeenUs: number;
  vehicleClass: VehicleClass;
  hitCount: number;
}

/** Turns results into what a session stores: boxes of vehicles frame by frame, and each track once it is over. */
export class EventCollector {
  readonly numbers = new TrackNumbers();
  /** By id within the session. */
  readonly #living = new Map<TrackId, LivingTrack>();
  #epoch: number | null = null;

  /** Results of a camera in order of time. */
  add(result: FrameResult): readonly SessionEvent[] {
    const { epoch, cameraId, captureTimeUs } = result.meta;
    const events: SessionEvent[] = [];
    // A worker that died has told of no end.
    if (this.#epoch !== null && this.#epoch !== epoch) events.push(...this.endAll());
    this.#epoch = epoch;
    // Before the boxes: what was absorbed has none in this frame.
    for (const { absorbedId } of result.bridges) events.push(...this.#end(epoch, absorbedId));
    const vehicles = result.tracks.filter(({ state }) => state !== 'tentative');
    const boxes = vehicles.map((track) => this.#boxOf(track, epoch));
    const frame = { cameraId, captureTimeUs: Math.round(captureTimeUs), boxes };
    this.#note(frame);
    events.push({ type: 'frame', frame });
    for (const { id } of result.ended) events.push(...this.#end(epoch, id));
    return events;
  }

  /** The tracks that still go on, when the recording ends. */
  endAll(): readonly SessionEvent[] {
    const events = [...this.#living].map(([id, track]) => toEvent(id, track));
    this.#living.clear();
    return events.flat();
  }

  /** Counts tracks anew from what was kept of the events: earlier boxes are no part of the session. */
  recount(events: readonly SessionEvent[]): readonly SessionEvent[] {
    this.#living.clear();
    return events.flatMap((event): readonly SessionEvent[] => {
      if (event.type === 'frame') this.#note(event.frame);
      return event.type === 'track' ? this.#endNumbered(event.track.trackId) : [event];
    });
  }

  #boxOf({ id, state, vehicleClass, box, score }: Track, epoch: number): SessionBox {
    return { trackId: this.numbers.of(epoch, id), state, vehicleClass, box, score };
  }

  #note({ cameraId, captureTimeUs, boxes }: SessionFrame): void {
    for (const { trackId, vehicleClass, score } of boxes) {
      const known = this.#living.get(trackId) ?? {
        cameraId,
        vehicleClass,
        firstSeenUs: captureTimeUs,
        lastSeenUs: captureTimeUs,
        hitCount: 0,
      };
      known.vehicleClass = vehicleClass;
      if (score !== null) {
        known.lastSeenUs = captureTimeUs;
        known.hitCount += 1;
      }
      this.#living.set(trackId, known);
    }
  }

  #end(epoch: number, trackId: TrackId): readonly SessionEvent[] {
    return this.#endNumbered(this.numbers.of(epoch, trackId));
  }

  #endNumbered(id: TrackId): readonly SessionEvent[] {
    const track = this.#living.get(id);
    this.#living.delete(id);
    return track ? toEvent(id, track) : [];
  }
}

/** None of a track whose boxes were all guesses: it was lost before the recording began. */
function toEvent(trackId: TrackId, track: LivingTrack): readonly SessionEvent[] {
  const { cameraId, vehicleClass, firstSeenUs, lastSeenUs, hitCount } = track;
  if (hitCount === 0) return [];
  return [
    {
      type: 'track',
      track: { trackId, cameraId, vehicleClass, firstSeenUs, lastSeenUs, hitCount },
    },
  ];
}
