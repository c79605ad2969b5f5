import { describe, expect, it } from 'vitest';
import { equalErrorRate } from '../../eval/reid/equal-error-rate';
import { scoreReid, type ReidImage } from '../../eval/reid/reid-scores';

/** A picture whose vector points this many degrees round: cosines fall with the angle between. */
function image(vehicle: string, camera: string, degrees: number | null): ReidImage {
  if (degrees === null) return { vehicle, camera, vector: null };
  const angle = (degrees * Math.PI) / 180;
  return { vehicle, camera, vector: Float32Array.of(Math.cos(angle), Math.sin(angle)) };
}

describe('re-identification scores', () => {
  it('are perfect when each vehicle is alone in its direction', () => {
    const images = [
      image('a', '1', 0),
      image('a', '2', 5),
      image('b', '1', 90),
      image('b', '2', 95),
    ];
    const perfect = { rank1: 1, rank5: 1, mAP: 1 };
    expect(scoreReid(images, images)).toEqual({
      queries: 4,
      standard: perfect,
      cross: { ...perfect, eer: 0 },
    });
  });

  it('take the same vehicle from the same camera out of the gallery', () => {
    const gallery = [image('a', '1', 1), image('b', '2', 2), image('a', '2', 3)];
    // What is nearest does not count, then comes a wrong one, then the right one.
    expect(scoreReid([image('a', '1', 0)], gallery).standard).toEqual({
      rank1: 0,
      rank5: 1,
      mAP: 0.5,
    });
  });

  it('leave every picture of the own camera out of the cross-camera ranking', () => {
    const gallery = [image('b', '1', 1), image('a', '2', 10)];
    const { standard, cross } = scoreReid([image('a', '1', 0)], gallery);
    expect(standard?.rank1).toBe(0);
    expect(cross).toBeNull(); // no different pair across cameras: an equal error rate has no meaning
    const wider = scoreReid([image('a', '1', 0)], [...gallery, image('c', '2', 60)]);
    expect(wider.cross).toEqual({ rank1: 1, rank5: 1, mAP: 1, eer: 0 });
  });

  it('average the precision at the place of every right picture', () => {
    const gallery = [image('a', '2', 1), image('b', '2', 2), image('a', '3', 3)];
    // Right, wrong, right: (1/1 + 2/3) / 2.
    expect(scoreReid([image('a', '1', 0)], gallery).standard?.mAP).toBeCloseTo(5 / 6, 12);
  });

  it('count a tie, and a picture the app refuses, against the query', () => {
    const tied = [image('b', '2', 10), image('a', '2', 10)];
    expect(scoreReid([image('a', '1', 0)], tied).standard?.rank1).toBe(0);
    expect(scoreReid([image('a', '1', null)], tied).standard).toEqual({
      rank1: 0,
      rank5: 0,
      mAP: 0,
    });
  });

  it('leave out a query whose vehicle nothing else shows', () => {
    const images = [image('a', '1', 0), image('a', '2', 5), image('b', '1', 90)];
    expect(scoreReid(images, images).standard).toEqual({ rank1: 1, rank5: 1, mAP: 1 });
    expect(scoreReid([image('b', '1', 90)], images).standard).toBeNull();
  });
});

describe('the equal error rate', () => {
  it('is nothing where a threshold parts the pairs, and all where they are swapped', () => {
    expect(equalErrorRate([0.8, 0.9], [0.1, 0.2, 0.3])).toBe(0);
    expect(equalErrorRate([0.1, 0.2], [0.8, 0.9])).toBe(1);
  });

  it('is the share of wrong decisions where both kinds of mistake are as frequent', () => {
    expect(equalErrorRate([0.9, 0.8, 0.7, 0.2], [0.1, 0.15, 0.18, 0.75])).toBe(0.25);
  });

  it('has no meaning without a pair of each kind', () => {
    expect(equalErrorRate([], [0.1])).toBeNull();
    expect(equalErrorRate([0.1], [])).toBeNull();
  });
});
