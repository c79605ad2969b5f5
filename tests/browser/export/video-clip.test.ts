import { canEncodeVideo } from 'mediabunny';
import { describe, expect, it } from 'vitest';
import type { SessionReader } from '../../../src/contracts/session';
import { STREAMED_NOTE } from '../../../src/sinks/export/media-output';
import { clipStartUs, createVideoClipExporter } from '../../../src/sinks/export/video-clip';
import { createWebvttExporter } from '../../../src/sinks/export/webvtt';
import { collectExport, requestOf } from '../../support/collect-export';
import { alteredSession, makeSession } from '../../support/make-session';
import { makeNumberedSession, stallingTimesUs } from '../replay/numbered-session';
import { MemoryScratch } from './memory-scratch';
import { happens, numberAt, openInElement, probe, readPackets, readPictures } from './read-video';

/** 8 s with stalls; segments of 2 s, a key picture each second. */
const TIMES_US = stallingTimesUs(240);

function session(container: 'mp4' | 'webm'): Promise<SessionReader> {
  return makeNumberedSession({
    container,
    timesUs: TIMES_US,
    framesPerSegment: 60,
    keyFrameIntervalS: 1,
  });
}

function at(index: number): number {
  return TIMES_US[index] ?? NaN;
}

async function containers(): Promise<readonly ('mp4' | 'webm')[]> {
  return (await canEncodeVideo('avc')) || (await canEncodeVideo('vp9')) ? ['mp4', 'webm'] : [];
}

describe('clip', () => {
  it('has every recorded picture at its time, as its recorded bytes, in both containers', async () => {
    const scratch = new MemoryScratch();
    const exporter = createVideoClipExporter(scratch.open);
    const all = await containers();
    expect(all).not.toHaveLength(0);
    for (const container of all) {
      const recorded = await session(container);
      const { blob, summary, fractions } = await collectExport(exporter, recorded);
      expect(summary).toMatchObject({ recordCount: TIMES_US.length, notes: [] });
      const pictures = await readPictures(blob);
      expect(pictures.map(({ number }) => number)).toEqual(TIMES_US.map((_, index) => index));
      for (const [index, { timeS }] of pictures.entries()) {
        expect(Math.abs(timeS * 1e6 - (at(index) - at(0)))).toBeLessThanOrEqual(1000);
      }
      const parts = await Promise.all(recorded.segments.map(({ part }) => recorded.part(part)));
      const recordedPackets = (await Promise.all(parts.map(readPackets))).flat();
      expect(await readPackets(blob)).toEqual(recordedPackets);
      expect(fractions.at(-1)).toBe(1);
      expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
    }
    expect(scratch.openCount).toBe(0);
  });

  it('plays in a video element that can jump in it', async () => {
    const exporter = createVideoClipExporter(new MemoryScratch().open);
    for (const container of await containers()) {
      const { blob } = await collectExport(exporter, await session(container));
      const { element, close } = await openInElement(blob);
      expect(element.duration).toBeCloseTo((at(239) - at(0)) / 1e6, 0);
      for (const index of [200, 7, 119]) {
        expect(await numberAt(element, (at(index) - at(0)) / 1e6 + 0.005)).toBe(index);
      }
      const ended = happens(element, 'ended');
      element.currentTime = element.duration - 0.3;
      await element.play();
      await ended;
      close();
    }
  });

  it('begins at the key picture before the in point, says so, and ends at the out point', async () => {
    const exporter = createVideoClipExporter(new MemoryScratch().open);
    for (const container of await containers()) {
      const range = { startUs: at(80), endUs: at(150) };
      const { blob, summary } = await collectExport(exporter, await session(container), { range });
      const numbers = (await readPictures(blob)).map(({ number }) => number ?? NaN);
      const first = numbers[0] ?? NaN;
      // Segments of 60 begin with a key picture, and there is one each second within.
      expect(first).toBeGreaterThanOrEqual(60);
      expect(first).toBeLessThanOrEqual(80);
      expect(numbers).toEqual(Array.from({ length: 151 - first }, (_, index) => first + index));
      const movedS = ((at(80) - at(first)) / 1e6).toFixed(1);
      expect(summary.notes).toEqual(
        first === 80
          ? []
          : [expect.stringContaining(`begins ${movedS} s before the in point`) as string],
      );
    }
  });

  it('is not moved by an in point on a key picture', async () => {
    const exporter = createVideoClipExporter(new MemoryScratch().open);
    for (const container of await containers()) {
      const range = { startUs: at(120), endUs: at(130) };
      const { blob, summary } = await collectExport(exporter, await session(container), { range });
      expect((await readPictures(blob)).map(({ number }) => number)).toEqual(
        Array.from({ length: 11 }, (_, index) => 120 + index),
      );
      expect(summary.notes).toEqual([]);
    }
  });

  it('is written in pieces and says so where there is no room for a scratch file', async () => {
    const exporter = createVideoClipExporter(() => Promise.resolve(null));
    for (const container of await containers()) {
      const { blob, summary } = await collectExport(exporter, await session(container));
      expect(summary.notes).toEqual([STREAMED_NOTE]);
      expect((await readPictures(blob)).map(({ number }) => number)).toEqual(
        TIMES_US.map((_, index) => index),
      );
    }
  });

  it('is what ffprobe takes for a faultless video with all pictures, whole and in pieces', async (context) => {
    const ways = [new MemoryScratch().open, () => Promise.resolve(null)];
    for (const openScratch of ways) {
      for (const container of await containers()) {
        const recorded = await session(container);
        const { blob } = await collectExport(createVideoClipExporter(openScratch), recorded);
        const probed = await probe(blob);
        if (probed === null) return context.skip('there is no ffprobe');
        expect(probed.complaints).toBe('');
        expect(probed.frameCount).toBe(TIMES_US.length);
        expect(probed.codec).toMatch(/^(h264|vp9)$/u);
        // A WebM in pieces cannot tell how long it is.
        if (openScratch === ways[0] || container === 'mp4') {
          expect(probed.durationS).toBeCloseTo((at(239) - at(0)) / 1e6, 0);
        }
      }
    }
  });

  it('ends quickly when it is cancelled, and leaves nothing behind', async () => {
    const scratch = new MemoryScratch();
    const exporter = createVideoClipExporter(scratch.open);
    const recorded = await session('webm');
    const abort = new AbortController();
    const writing = exporter.write(
      recorded,
      requestOf(recorded, exporter),
      new WritableStream(),
      (fraction) => {
        if (fraction > 0.3) abort.abort();
      },
      abort.signal,
    );
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    expect(scratch.openCount).toBe(0);
  });

  it('is refused without video, and names a segment that is damaged', async () => {
    const exporter = createVideoClipExporter(new MemoryScratch().open);
    const without = makeSession();
    expect(exporter.refusal(without, requestOf(without, exporter))).toMatch(/before recording/u);
    const recorded = await session('webm');
    const damaged = alteredSession(recorded, {
      part: (name) =>
        name === 'video-0-2.webm' ? Promise.resolve(new Blob(['no video'])) : recorded.part(name),
    });
    await expect(collectExport(exporter, damaged)).rejects.toMatchObject({
      code: 'SESSION_DAMAGED',
      message: expect.stringContaining('video-0-2.webm') as string,
    });
  });
});

describe('WebVTT beside a clip', () => {
  it('loads as a metadata track with a cue a frame, each over the picture it is about', async () => {
    const clip = createVideoClipExporter(new MemoryScratch().open);
    const webvtt = createWebvttExporter(clipStartUs);
    const recorded = await session('webm');
    const range = { startUs: at(80), endUs: at(200) };
    const { blob: video } = await collectExport(clip, recorded, { range });
    const { blob: text, summary } = await collectExport(webvtt, recorded, { range });
    const { element, close } = await openInElement(video);
    const track = document.createElement('track');
    track.kind = 'metadata';
    track.src = URL.createObjectURL(text);
    element.append(track);
    track.track.mode = 'hidden';
    await happens(track, 'load');
    expect(track.track.cues).toHaveLength(121);
    expect(summary.recordCount).toBe(121);
    for (const index of [82, 120, 177]) {
      const cue = [...(track.track.cues ?? [])][index - 80] as VTTCue | undefined;
      const payload = JSON.parse(cue?.text ?? '{}') as { timeUs?: number };
      expect(payload.timeUs).toBe(at(index));
      // Just after its beginning: cue and picture are both rounded to a millisecond.
      expect(await numberAt(element, (cue?.startTime ?? NaN) + 0.005)).toBe(index);
      const active = [...(track.track.activeCues ?? [])] as VTTCue[];
      expect(active.map((one) => one.text)).toEqual([cue?.text]);
    }
    close();
  });
});
