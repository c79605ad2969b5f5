import { describe, expect, test } from 'vitest';
import type { SessionBox } from '../../../src/contracts/session';
import { ResultCounter, TrackTracer } from '../../../src/storage/result-counter';
import {
  frameEvent,
  sessionBox,
  sessionSighting,
  sessionTrack,
} from '../session-format/session-fixtures';

const frameOf = (captureTimeUs: number, ...boxes: readonly SessionBox[]) => ({
  cameraId: 'camera-1',
  captureTimeUs,
  boxes,
});

describe('counts of a result set', () => {
  test('take each track and sighting once, and no box of what is not a vehicle yet', () => {
    const counter = new ResultCounter();
    counter.add(frameEvent(5, 2));
    counter.add({
      type: 'frame',
      frame: frameOf(9, { ...sessionBox(3), state: 'tentative' }, sessionBox(4)),
    });
    for (const hitCount of [1, 2]) {
      counter.add({ type: 'track', track: sessionTrack({ hitCount }) });
      counter.add({ type: 'sighting', sighting: sessionSighting({ hitCount }) });
    }
    expect(counter.counts).toEqual({
      frameCount: 2,
      boxCount: 3,
      trackCount: 1,
      sightingCount: 1,
    });
    expect(counter.span.range).toEqual({ startUs: 5, endUs: 9 });
  });

  test('know the pictures that sightings have in the end', () => {
    const counter = new ResultCounter();
    for (const cropPart of ['crops/a.jpg', null, 'crops/b.jpg'])
      counter.add({ type: 'sighting', sighting: sessionSighting({ cropPart }) });
    expect([...counter.cropParts]).toEqual(['crops/b.jpg']);
  });

  test('have no span before the first frame', () => {
    expect(new ResultCounter().span.range).toBeNull();
  });
});

describe('tracks that nobody told of', () => {
  test('reach from the first box to the last that was detected', () => {
    const tracer = new TrackTracer();
    tracer.add(frameOf(1, { ...sessionBox(7), state: 'tentative' }));
    tracer.add(frameOf(2, sessionBox(7)));
    tracer.add(frameOf(3, { ...sessionBox(7), state: 'lost', score: null }));
    expect(tracer.untold(() => false)).toEqual([
      {
        trackId: 7,
        cameraId: 'camera-1',
        vehicleClass: 'car',
        firstSeenUs: 1,
        lastSeenUs: 2,
        hitCount: 2,
      },
    ]);
  });

  test('are neither those that were told of nor those that never became vehicles', () => {
    const tracer = new TrackTracer();
    tracer.add(frameOf(1, sessionBox(1), { ...sessionBox(2), state: 'tentative' }));
    expect(tracer.untold((id) => id === 1)).toEqual([]);
  });
});
