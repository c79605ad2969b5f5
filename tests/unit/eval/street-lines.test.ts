import { describe, expect, it } from 'vitest';
import { StreetLines } from '../../eval/street-lines';

function gather(...lines: object[]): StreetLines {
  const gathered = new StreetLines();
  for (const line of lines) gathered.add(JSON.stringify(line));
  return gathered;
}

function truthAt(cameraId: string, frameIndex: number, captureTimeUs: number): object {
  const sceneTimeUs = captureTimeUs;
  return {
    type: 'truth',
    cameraId,
    frameIndex,
    captureTimeUs,
    sceneTimeUs,
    vehicles: [],
    events: [],
  };
}

function frameAt(cameraId: string, timeUs: number, ...trackIds: number[]): object {
  return {
    type: 'frame',
    frameId: 0,
    cameraId,
    timeUs,
    detections: [{ box: [1, 2, 3, 4], score: 0.5, class: 'bus' }],
    tracks: trackIds.map((id) => ({
      id,
      state: id === 9 ? 'lost' : 'confirmed',
      box: [10, 20, 40, 60],
      class: 'bus',
      score: 0.5,
    })),
  };
}

const identity = (trackId: number, ...cropTimesUs: number[]): object => ({
  type: 'identity',
  trackId,
  decision: { outcome: 'new', cropTimesUs },
});

describe('the lines of a street run', () => {
  it('become frames with boxes, and truth without the name of its line', () => {
    const { frames, truth } = gather(truthAt('a', 0, 100), frameAt('a', 100, 1)).input(0.35);
    expect(frames).toEqual([
      {
        cameraId: 'a',
        captureTimeUs: 100,
        detections: [{ box: { x1: 1, y1: 2, x2: 3, y2: 4 }, score: 0.5, vehicleClass: 'bus' }],
        tracks: [{ id: 1, state: 'confirmed', box: { x1: 10, y1: 20, x2: 40, y2: 60 } }],
      },
    ]);
    expect(truth).toHaveLength(1);
    expect(truth[0]).not.toHaveProperty('type');
  });

  it('give a decision the camera of its track, also when it came before its first frame', () => {
    const lines = gather(
      frameAt('a', 100, 1),
      identity(2, 90, 200),
      frameAt('b', 200, 2),
      identity(1, 100),
      identity(77, 100),
    );
    const { decisions } = lines.input(0.35);
    expect(decisions.map(({ cameraId, trackId, atUs }) => ({ cameraId, trackId, atUs }))).toEqual([
      { cameraId: 'b', trackId: 2, atUs: 200 },
      { cameraId: 'a', trackId: 1, atUs: 200 },
    ]);
  });

  it('keep the last state of a sighting', () => {
    const sighting = (id: string, hitCount: number): object => ({
      type: 'sighting',
      sighting: { id, hitCount },
    });
    const { sightings } = gather(sighting('x', 3), sighting('y', 5), sighting('x', 8)).input(0.35);
    expect(sightings).toEqual([
      { id: 'x', hitCount: 8 },
      { id: 'y', hitCount: 5 },
    ]);
  });

  it('write confirmed tracks as MOTChallenge results, everything counted from 1', () => {
    const lines = gather(
      truthAt('a', 0, 0),
      truthAt('b', 0, 0),
      truthAt('a', 1, 200),
      frameAt('a', 0),
      frameAt('b', 0, 5),
      frameAt('a', 200, 3, 9),
    );
    expect(lines.tracksText('a')).toBe('2,3,11.0,21.0,30.0,40.0,1,-1,-1,-1\n');
    expect(lines.tracksText('b')).toBe('1,5,11.0,21.0,30.0,40.0,1,-1,-1,-1\n');
    expect(lines.resultText().split('\n')).toHaveLength(4);
  });
});
