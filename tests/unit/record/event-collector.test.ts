import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/contracts/session';
import type { EndedTrack, Track, TrackState } from '../../../src/contracts/track';
import type { FrameResult } from '../../../src/contracts/worker-api';
import { EventCollector } from '../../../src/sinks/record/event-collector';

const BOX = { x1: 1, y1: 2, x2: 30, y2: 40 };

function track(id: number, state: TrackState = 'confirmed', score: number | null = 0.8): Track {
  return {
    id,
    state,
    box: BOX,
    velocityXPxPerS: 0,
    velocityYPxPerS: 0,
    vehicleClass: 'car',
    score,
    detectedBox: null,
    firstSeenUs: 0,
    lastSeenUs: 0,
    hitCount: 99,
  };
}

function result(
  captureTimeUs: number,
  tracks: readonly Track[],
  change: Partial<FrameResult> & { readonly epoch?: number } = {},
): FrameResult {
  const { epoch = 1, ...rest } = change;
  return {
    meta: { epoch, cameraId: 'gate', frameId: 0, captureTimeUs, widthPx: 640, heightPx: 360 },
    detections: [],
    tracks,
    ended: [],
    bridges: [],
    stageMs: { prepare: 0, detect: 0, track: 0, crop: 0 },
    framePath: 'canvas',
    droppedCount: 0,
    receivedUnixMs: 0,
    ...rest,
  };
}

function ended(id: number): EndedTrack {
  return {
    id,
    wasConfirmed: true,
    vehicleClass: 'car',
    firstSeenUs: 0,
    lastSeenUs: 0,
    hitCount: 1,
  };
}

const tracksOf = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => (event.type === 'track' ? [event.track] : []));

describe('EventCollector', () => {
  it('keeps boxes of vehicles, found and predicted, and leaves out what is no vehicle yet', () => {
    const collector = new EventCollector();
    const [event] = collector.add(
      result(100.4, [track(1), track(2, 'tentative'), track(3, 'lost', null)]),
    );
    expect(event).toEqual({
      type: 'frame',
      frame: {
        cameraId: 'gate',
        captureTimeUs: 100,
        boxes: [
          { trackId: 1, state: 'confirmed', vehicleClass: 'car', box: BOX, score: 0.8 },
          { trackId: 3, state: 'lost', vehicleClass: 'car', box: BOX, score: null },
        ],
      },
    });
  });

  it('tells a track from its first box to the last that was found, when it ends', () => {
    const collector = new EventCollector();
    collector.add(result(100, [track(1)]));
    collector.add(result(200, [track(1)]));
    collector.add(result(300, [track(1, 'lost', null)]));
    expect(tracksOf(collector.add(result(400, [], { ended: [ended(1)] })))).toEqual([
      {
        trackId: 1,
        cameraId: 'gate',
        vehicleClass: 'car',
        firstSeenUs: 100,
        lastSeenUs: 200,
        hitCount: 2,
      },
    ]);
    expect(collector.endAll()).toEqual([]);
  });

  it('tells what was absorbed by another track, which goes on', () => {
    const collector = new EventCollector();
    collector.add(result(100, [track(1)]));
    collector.add(result(200, [track(1, 'lost', null), track(2)]));
    const bridges = [{ survivorId: 1, absorbedId: 2, similarity: 0.9 }];
    const events = collector.add(result(300, [track(1)], { bridges }));
    expect(tracksOf(events).map(({ trackId }) => trackId)).toEqual([2]);
    expect(tracksOf(collector.endAll())).toMatchObject([{ trackId: 1, lastSeenUs: 300 }]);
  });

  it('ends what a worker that died left behind, and gives its successor other numbers', () => {
    const collector = new EventCollector();
    collector.add(result(100, [track(1), track(2)]));
    const events = collector.add(result(200, [track(1)], { epoch: 2 }));
    expect(tracksOf(events).map(({ trackId }) => trackId)).toEqual([1, 2]);
    expect(events.at(-1)).toMatchObject({ frame: { boxes: [{ trackId: 3 }] } });
  });

  it('counts a track anew from what was kept of it', () => {
    const collector = new EventCollector();
    const all: SessionEvent[] = [];
    for (const timeUs of [100, 200, 300]) all.push(...collector.add(result(timeUs, [track(1)])));
    all.push(...collector.add(result(400, [track(2)], { ended: [ended(1)] })));
    const kept = all.filter((event) => event.type !== 'frame' || event.frame.captureTimeUs >= 300);
    const events = collector.recount(kept);
    expect(tracksOf(events)).toMatchObject([
      { trackId: 1, firstSeenUs: 300, lastSeenUs: 300, hitCount: 1 },
    ]);
    expect(tracksOf(collector.endAll())).toMatchObject([{ trackId: 2, firstSeenUs: 400 }]);
  });
});
