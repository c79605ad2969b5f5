import { describe, expect, it } from 'vitest';
import { car, reportOf, scored, truthAt } from './street-scenes';

const indices = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('the tracking scores of a street', () => {
  it('are perfect for an app that follows everything, also one that has other ids', () => {
    const truth = indices.map((index) => truthAt('street-a', index, [car(1, index), car(2, 300)]));
    const frames = truth.map((one) => reportOf(one, {}, (identity) => identity + 40));
    expect(scored({ truth, frames }).tracking).toMatchObject({
      ...{ hota: 1, idf1: 1, mota: 1, idSwitches: 0 },
      byCamera: [{ cameraId: 'street-a', hota: 1 }],
    });
  });

  it('see a lost or tentative track as not there', () => {
    const truth = indices.map((index) => truthAt('street-a', index, [car(1, index)]));
    const states = ['tentative', 'confirmed', 'lost'] as const;
    const frames = truth.map((one, index) => {
      const { tracks } = reportOf(one);
      const state = states[index < 2 ? 0 : index < 7 ? 1 : 2];
      return reportOf(one, { tracks: tracks.map((track) => ({ ...track, state })) });
    });
    // 5 of 10 boxes, by one id.
    const { tracking } = scored({ truth, frames });
    expect(tracking).toMatchObject({ misses: 5, falsePositives: 0, mota: 0.5, detA: 0.5 });
  });

  it('add both cameras up, each with ids of its own', () => {
    const truth = indices.flatMap((index) => [
      truthAt('street-a', index, [car(1, index)]),
      truthAt('street-b', index, [car(1, index)]),
    ]);
    const frames = truth.map((one) =>
      reportOf(one, one.cameraId === 'street-b' ? { tracks: [] } : {}),
    );
    const { tracking } = scored({ truth, frames });
    expect(tracking).toMatchObject({ mota: 0.5, detA: 0.5, assA: 1, idSwitches: 0 });
    expect(tracking.byCamera.map(({ mota }) => mota)).toEqual([1, 0]);
  });

  it('ask neither for far nor for much hidden vehicles, and forgive following them', () => {
    const far = car(1, 0, { heightPx: 29 });
    const hidden = car(2, 300, { visibleFraction: 0.3 });
    const half = car(3, 500, { visibleFraction: 0.5 });
    const truth = indices.map((index) => truthAt('street-a', index, [far, hidden, half]));
    expect(scored({ truth, frames: truth.map((one) => reportOf(one)) }).tracking).toMatchObject({
      truthBoxes: 10,
      falsePositives: 0,
      mota: 1,
    });
  });

  it('count a vehicle that changes its id as a switch', () => {
    const truth = indices.map((index) => truthAt('street-a', index, [car(1, index)]));
    const frames = truth.map((one, index) => reportOf(one, {}, () => (index < 5 ? 7 : 8)));
    expect(scored({ truth, frames }).tracking).toMatchObject({ idSwitches: 1, idf1: 0.5 });
  });
});
