import { describe, expect, it } from 'vitest';
import { createWebvttExporter } from '../../../../src/sinks/export/webvtt';
import { collectExport } from '../../../support/collect-export';
import { MADE_RESULT_SET, makeSession } from '../../../support/make-session';

const exporter = createWebvttExporter((session) => Promise.resolve(session.header.startUs));

interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly payload: {
    readonly timeUs: number;
    readonly boxes: readonly { readonly track: number; readonly vehicle: number | null }[];
  };
}

/** Blocks between empty lines; https://www.w3.org/TR/webvtt1/#file-structure. */
function readCues(text: string): readonly Cue[] {
  const [signature, ...blocks] = text.trimEnd().split('\n\n');
  expect(signature).toBe('WEBVTT');
  return blocks
    .filter((block) => !block.startsWith('NOTE'))
    .map((block) => {
      const [timing = '', payload = '', ...rest] = block.split('\n');
      expect(rest).toEqual([]);
      expect(payload).not.toMatch(/[<>&]/u);
      const [start = '', end = ''] = timing.split(' --> ');
      return {
        startMs: milliseconds(start),
        endMs: milliseconds(end),
        payload: JSON.parse(payload) as Cue['payload'],
      };
    });
}

function milliseconds(text: string): number {
  const match = /^(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})$/u.exec(text);
  if (!match) throw new Error(`Expected a WebVTT time, found "${text}"`);
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = match.slice(1).map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

describe('WebVTT', () => {
  it('has one cue for each analysed frame of the camera, each until the next', async () => {
    const session = makeSession({ durationS: 12, cameraCount: 2 });
    const { blob, summary } = await collectExport(exporter, session, { cameraId: 'camera-b' });
    const cues = readCues(await blob.text());
    const times: number[] = [];
    for await (const { cameraId, captureTimeUs } of session.frames(MADE_RESULT_SET, null)) {
      if (cameraId === 'camera-b') times.push(captureTimeUs);
    }
    expect(cues.map(({ payload }) => payload.timeUs)).toEqual(times);
    expect(summary.recordCount).toBe(times.length);
    for (const [index, { startMs, endMs, payload }] of cues.entries()) {
      expect(startMs).toBe(Math.round((payload.timeUs - session.header.startUs) / 1000));
      expect(endMs).toBeGreaterThan(startMs);
      expect(endMs).toBeLessThanOrEqual(cues[index + 1]?.startMs ?? Infinity);
    }
  });

  it('shows nothing through a gap', async () => {
    const session = makeSession({ durationS: 20, gap: { from: 0.3, to: 0.6 } });
    const cues = readCues(await (await collectExport(exporter, session)).blob.text());
    expect(Math.max(...cues.map(({ startMs, endMs }) => endMs - startMs))).toBe(500);
  });

  it('names the vehicle of each box', async () => {
    const session = makeSession();
    const cues = readCues(await (await collectExport(exporter, session)).blob.text());
    const [sighting] = await session.sightings(MADE_RESULT_SET);
    const box = cues
      .flatMap(({ payload }) => payload.boxes)
      .find(({ track }) => track === sighting?.trackIds[0]);
    expect(box?.vehicle).toBe(sighting?.vehicleNumber);
  });
});
