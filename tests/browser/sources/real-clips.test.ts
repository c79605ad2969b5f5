import { describe, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { FileSource } from '../../../src/sources/file-source';
import { watchFrames } from './frame-census';
import { readFeed } from './take-frames';

/**
 * Frames, time of the last and sum of all times, seconds, by ffprobe 5.1:
 * `ffprobe -select_streams v -show_entries packet=pts_time -of csv=p=0 <clip> | sort -n`.
 */
const REFERENCE = [
  { name: 'busy-junction.mp4', size: [640, 360], count: 499, lastS: 19.92, sumS: 4970.04 },
  { name: 'car-park-overhead.mp4', size: [768, 432], count: 377, lastS: 30.08, sumS: 5670.08 },
  { name: 'suburban-road.mp4', size: [640, 352], count: 905, lastS: 37.646, sumS: 17052.89 },
] as const;

describe('the frames of a real recording', () => {
  test.each(REFERENCE)('$name: all of them, each at its time', async (clip) => {
    const file = await readClip(clip.name);
    if (!file) return;
    const census = watchFrames();
    const source = new FileSource(file);
    await source.open(new AbortController().signal);
    const startMs = performance.now();
    const report = await readFeed(source, () => null);
    const elapsedMs = performance.now() - startMs;
    await source.close();
    expect(report.error).toBeNull();
    expect(report.timesUs).toHaveLength(clip.count);
    expect(report.timesUs).toEqual(report.timesUs.toSorted((a, b) => a - b));
    expect((report.timesUs.at(-1) ?? 0) / 1e6).toBeCloseTo(clip.lastS, 3);
    const sumS = report.timesUs.reduce((sum, timeUs) => sum + timeUs, 0) / 1e6;
    expect(Math.abs(sumS - clip.sumS)).toBeLessThan(0.01);
    expect(report.sizes.every(([w, h]) => w === clip.size[0] && h === clip.size[1])).toBe(true);
    // Nothing is analysed here: all that is waited for is the decoder.
    expect(source.decodeMsTotal).toBeGreaterThan(0);
    expect(source.decodeMsTotal).toBeLessThanOrEqual(elapsedMs);
    await expect.poll(() => census.openCount()).toBe(0);
    census.stop();
  });

  test('are thinned to the wanted rate over the whole recording', async () => {
    const file = await readClip('busy-junction.mp4');
    if (!file) return;
    const source = new FileSource(file, { framesPerSecond: 5 });
    await source.open(new AbortController().signal);
    const report = await readFeed(source, () => null);
    await source.close();
    expect(report.timesUs).toHaveLength(100);
    const gaps = report.timesUs
      .slice(1)
      .map((timeUs, index) => timeUs - (report.timesUs[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(160_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(240_000);
  });
});

/** Null, and a line that says so, where the shared folder is absent. */
async function readClip(name: string): Promise<File | null> {
  const base64 = await commands.readShared(`clips/${name}`);
  if (base64 !== null)
    return new File([await (await fetch(`data:;base64,${base64}`)).arrayBuffer()], name);
  console.warn('skipped: no ../shared');
  return null;
}
