import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SessionReader } from '../../../src/contracts/session';
import { watchFrames } from '../sources/frame-census';
import { makeNumberedSession, stallingTimesUs } from './numbered-session';
import { openView, playToEnd } from './read-view';

const TIMES_US = stallingTimesUs(1000);

describe.each(['mp4', 'webm'] as const)('replay of 1,000 stalling pictures in %s', (container) => {
  let reader: SessionReader;
  beforeAll(async () => {
    reader = await makeNumberedSession({
      container,
      timesUs: TIMES_US,
      framesPerSegment: 120,
      keyFrameIntervalS: 1,
    });
  });

  function open() {
    const view = openView(reader);
    onTestFinished(view.close);
    return view;
  }

  it('steps through all of them with picture, box and time of the same frame', async () => {
    const { player, sights } = open();
    await player.seek(TIMES_US[0] ?? 0);
    sights.length = 0;
    for (let index = 1; index < TIMES_US.length; index += 1) await player.step(1);
    const expected = TIMES_US.slice(1).map((timeUs, index) => ({
      pictureNumber: index + 1,
      boxNumber: index + 1,
      timeUs,
      isAnalysed: true,
    }));
    expect(sights).toEqual(expected);
  });

  it('steps back through the last 150, across segments', async () => {
    const { player, sights } = open();
    await player.seek(TIMES_US[999] ?? 0);
    sights.length = 0;
    for (let index = 0; index < 150; index += 1) await player.step(-1);
    expect(sights).toEqual(
      Array.from({ length: 150 }, (_, step) => ({
        pictureNumber: 998 - step,
        boxNumber: 998 - step,
        timeUs: TIMES_US[998 - step],
        isAnalysed: true,
      })),
    );
  });

  it('plays them with no box on another picture than its own, and none out of order', async () => {
    const { player, sights } = open();
    await player.seek(TIMES_US[0] ?? 0);
    player.setSpeed(4);
    sights.length = 0;
    const census = watchFrames();
    await playToEnd(player);
    const off = sights.filter(
      ({ pictureNumber, boxNumber, timeUs }) =>
        pictureNumber === null || pictureNumber !== boxNumber || TIMES_US[pictureNumber] !== timeUs,
    );
    const numbers = sights.map(({ pictureNumber }) => pictureNumber ?? -1);
    expect(off).toEqual([]);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(numbers.at(-1)).toBe(999);
    // Four times 30 pictures a second are more than a display shows: most must have been shown, not a few.
    expect(new Set(numbers).size).toBeGreaterThan(250);
    player.close();
    await expect.poll(() => census.openCount()).toBe(0);
    census.stop();
  });
});
