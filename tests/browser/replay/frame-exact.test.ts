import { afterEach, describe, expect, it } from 'vitest';
import { watchFrames } from '../sources/frame-census';
import { makeNumberedSession, stallingTimesUs } from './numbered-session';
import { openView, playToEnd } from './read-view';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function open(container: 'mp4' | 'webm', count: number, keyFrameIntervalS = 1) {
  const timesUs = stallingTimesUs(count);
  const reader = await makeNumberedSession({
    container,
    timesUs,
    framesPerSegment: 120,
    keyFrameIntervalS,
  });
  const view = openView(reader);
  closers.push(view.close);
  return { ...view, timesUs, reader };
}

describe.each(['mp4', 'webm'] as const)('replay of 1,000 stalling pictures in %s', (container) => {
  it('steps through all of them with picture, box and time of the same frame', async () => {
    const { player, sights, timesUs } = await open(container, 1000);
    await player.seek(timesUs[0] ?? 0);
    sights.length = 0;
    for (let index = 1; index < timesUs.length; index += 1) await player.step(1);
    const expected = timesUs.slice(1).map((timeUs, index) => ({
      pictureNumber: index + 1,
      boxNumber: index + 1,
      timeUs,
      isAnalysed: true,
    }));
    expect(sights).toEqual(expected);
  });

  it('steps back through the last 150, across segments', async () => {
    const { player, sights, timesUs } = await open(container, 400);
    await player.seek(timesUs[399] ?? 0);
    sights.length = 0;
    for (let index = 0; index < 150; index += 1) await player.step(-1);
    expect(sights).toEqual(
      Array.from({ length: 150 }, (_, step) => ({
        pictureNumber: 398 - step,
        boxNumber: 398 - step,
        timeUs: timesUs[398 - step],
        isAnalysed: true,
      })),
    );
  });

  it('plays them with no box on another picture than its own, and none out of order', async () => {
    const { player, sights, timesUs } = await open(container, 1000);
    await player.seek(timesUs[0] ?? 0);
    player.setSpeed(4);
    sights.length = 0;
    const census = watchFrames();
    await playToEnd(player);
    const off = sights.filter(
      ({ pictureNumber, boxNumber, timeUs }) =>
        pictureNumber === null || pictureNumber !== boxNumber || timesUs[pictureNumber] !== timeUs,
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
