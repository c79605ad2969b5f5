import { describe, expect, it } from 'vitest';
import type { SourceInfo } from '../../../src/contracts/source';
import type { FrameResult } from '../../../src/contracts/worker-api';
import { asOneCamera } from '../../../src/core/source-cameras';
import { RunStatsCollector } from '../../../src/runtime/run-stats';

const idle = { decodeMsTotal: 0, droppedCount: 0, deliveredCount: null };

const file: SourceInfo = asOneCamera({
  kind: 'file',
  pace: 'offline',
  cameraId: 'file',
  label: 'yard.mp4',
  widthPx: 640,
  heightPx: 360,
  framesPerSecond: 25,
  durationUs: 10_000_000,
  originUnixMs: 0,
  timeBase: 'media',
  codec: null,
  notice: null,
});

function result(captureTimeUs: number): FrameResult {
  return {
    meta: { epoch: 1, cameraId: 'file', frameId: 0, captureTimeUs, widthPx: 640, heightPx: 360 },
    detections: [],
    tracks: [],
    ended: [
      {
        id: 1,
        wasConfirmed: true,
        vehicleClass: 'car',
        firstSeenUs: 0,
        lastSeenUs: 0,
        hitCount: 3,
      },
      {
        id: 2,
        wasConfirmed: false,
        vehicleClass: 'car',
        firstSeenUs: 0,
        lastSeenUs: 0,
        hitCount: 1,
      },
    ],
    bridges: [],
    stageMs: { prepare: 1, detect: 20, track: 0.5, crop: 0 },
    framePath: 'i420-simd',
    droppedCount: 2,
    receivedUnixMs: 0,
  };
}

describe('RunStatsCollector', () => {
  it('tells rate and time left of a file from the last seconds', () => {
    let now = 0;
    const stats = new RunStatsCollector(() => now);
    // 40 ms of video every 20 ms: twice real time.
    for (let index = 0; index <= 50; index += 1) {
      now = index * 20;
      stats.noteResult(result(index * 40_000));
    }
    const { progress, framesPerSecond } = stats.stats(file, idle);
    expect(framesPerSecond).toBeCloseTo(50, 6);
    expect(progress?.positionUs).toBe(2_000_000);
    expect(progress?.remainingMs).toBeCloseTo(4000, 6);
  });

  it('forgets the rate over a pause', () => {
    const stats = new RunStatsCollector();
    stats.noteResult(result(0));
    stats.noteResult(result(40_000));
    stats.breakRate();
    stats.noteResult(result(80_000));
    expect(stats.stats(file, idle).framesPerSecond).toBe(0);
  });

  it('lets the rate fall when no result comes', () => {
    let now = 0;
    const stats = new RunStatsCollector(() => now);
    for (; now < 1000; now += 100) stats.noteResult(result(now * 1000));
    expect(stats.stats(file, idle).framesPerSecond).toBeCloseTo(10, 6);
    now = 10_000;
    expect(stats.stats(file, idle).framesPerSecond).toBeLessThan(1);
  });

  it('counts embedding and matching of its own run only', () => {
    const stats = new RunStatsCollector();
    const totals = { embedMsTotal: 500, embedCount: 50, matchMsTotal: 5, matchCount: 50 };
    stats.noteIdentity(totals);
    stats.noteResult(result(0));
    stats.noteIdentity({ ...totals, embedMsTotal: 512, matchMsTotal: 6 });
    expect(stats.stats(file, idle).stageMs).toMatchObject({ embed: 12, match: 1 });
  });

  it('counts confirmed tracks only, and adds the drops of source and worker', () => {
    const stats = new RunStatsCollector();
    stats.noteResult(result(0));
    expect(stats.totals.confirmedTrackCount).toBe(1);
    expect(stats.stats(file, { ...idle, droppedCount: 3 }).droppedCount).toBe(5);
  });

  it('takes its latency from first paintings only', () => {
    const stats = new RunStatsCollector();
    expect(stats.stats(file, idle).latencyMs).toBeNull();
    stats.noteDraw(1, 140);
    stats.noteDraw(1, null);
    expect(stats.stats(file, idle).latencyMs).toBe(140);
  });

  it('counts what the browser dropped by itself, where the camera tells how many frames it made', () => {
    const stats = new RunStatsCollector();
    stats.noteSourceOpened(null);
    for (let index = 0; index < 5; index += 1) stats.noteResult(result(0));
    const camera = { decodeMsTotal: 0, droppedCount: 0, deliveredCount: 30 };
    // 30 made, 5 analysed, 1 under analysis.
    expect(stats.stats(file, camera).droppedCount).toBe(24);
    stats.noteSourceOpened(camera);
    stats.noteResult(result(0));
    expect(stats.stats(file, { ...camera, deliveredCount: 4 }).droppedCount).toBe(24 + 2);
  });
});
