import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../../src/contracts/errors';
import type { VehicleDetail } from '../../../src/contracts/gallery';
import { durationText, mediaPosition, wallTime } from '../../../src/core/time-text';
import {
  cropTimesText,
  firstSeenText,
  headAndTail,
  lastSeenText,
} from '../../../src/ui/gallery/seen-text';
import { decisionText, exclusionText } from '../../../src/ui/gallery/decision-text';
import { backendText } from '../../../src/ui/live/backend-text';
import { gapText } from '../../../src/ui/live/gap-text';
import { backendOptions, keyOfBackend } from '../../../src/ui/settings/backend-options';
import { errorText, warningText } from '../../../src/ui/shared/error-text';
import { bytesText, countOf, percentText } from '../../../src/ui/shared/number-text';
import { removalText } from '../../../src/ui/state/storage-view.svelte';

describe('error texts', () => {
  it.each(ERROR_CODES)('say for %s what happened and what to do', (code) => {
    const text = errorText(code);
    expect(text.headline.length).toBeGreaterThan(8);
    expect(text.headline.length).toBeLessThan(60);
    expect(text.happened).toMatch(/\.$/);
    expect(text.action).toMatch(/\.$/);
  });

  it('are different for every code', () => {
    expect(new Set(ERROR_CODES.map((code) => errorText(code).headline)).size).toBe(
      ERROR_CODES.length,
    );
  });
});

describe('warning texts', () => {
  const RESTART = /start(ed)? again|reload/i;

  it.each(['CAMERA_LOST', 'WORKER_GONE', 'BACKEND_FAILED', 'STORAGE_FULL', 'INTERNAL'] as const)(
    'say for %s that the run goes on, where the error that ends it does not',
    (code) => {
      expect(warningText(code).action).toMatch(/goes on/);
      const { happened, action } = errorText(code);
      expect(`${happened} ${action}`).not.toMatch(/goes on/);
    },
  );

  it('ask nobody to start again what comes back by itself', () => {
    for (const code of ['CAMERA_LOST', 'WORKER_GONE', 'BACKEND_FAILED'] as const) {
      expect(warningText(code).action).not.toMatch(RESTART);
      expect(errorText(code).action).toMatch(RESTART);
    }
  });

  it('are the error’s own where nothing else is to be said', () => {
    expect(warningText('STORAGE_BLOCKED')).toBe(errorText('STORAGE_BLOCKED'));
  });
});

describe('times', () => {
  const now = new Date(2026, 4, 12, 18, 0).getTime();

  it('are only a time of day today, and get the day and year as they get older', () => {
    expect(wallTime(new Date(2026, 4, 12, 14, 2).getTime(), now, 'en-GB')).toBe('14:02');
    expect(wallTime(new Date(2026, 2, 3, 0, 5).getTime(), now, 'en-GB')).toBe('3 Mar, 00:05');
    expect(wallTime(new Date(2025, 2, 3, 0, 5).getTime(), now, 'en-GB')).toContain('2025');
  });

  it('in a recording are positions', () => {
    expect(mediaPosition(12_900_000)).toBe('0:12');
    expect(mediaPosition(3_725_000_000)).toBe('1:02:05');
    expect(mediaPosition(-5)).toBe('0:00');
  });

  it('of waiting are rounded to what matters', () => {
    expect(durationText(8_400)).toBe('8 s');
    expect(durationText(125_000)).toBe('2 min 5 s');
    expect(durationText(120_000)).toBe('2 min');
    expect(durationText(3_840_000)).toBe('1 h 4 min');
  });

  it('of the crops behind a decision are times of day, or positions in a recording', () => {
    const times = [4_000_000, 1_000_000];
    const originUnixMs = new Date(2026, 4, 12, 14, 2, 5).getTime();
    expect(cropTimesText(times, { isMedia: true, originUnixMs })).toBe('2 pictures, at 0:01, 0:04');
    expect(cropTimesText(times, { isMedia: false, originUnixMs }, 'en-GB')).toBe(
      '2 pictures, at 14:02:06, 14:02:09',
    );
    const sameSecond = [1_000_000, 1_400_000, 3_000_000];
    expect(cropTimesText(sameSecond, { isMedia: true, originUnixMs })).toBe(
      '3 pictures, at 0:01, 0:03',
    );
    expect(cropTimesText([], { isMedia: false, originUnixMs })).toContain('No picture');
  });

  it('of a vehicle are times of day, or where in which recording', () => {
    const vehicle: VehicleDetail = {
      id: 'v1',
      number: 1,
      vehicleClass: 'car',
      sightingCount: 0,
      firstSeenUnixMs: now - 60_000,
      lastSeenUnixMs: now,
      lastSeenMediaUs: null,
      lastSeenLabel: 'Gate',
      cropId: null,
      sightings: [],
    };
    expect(lastSeenText(vehicle, now)).toBe(wallTime(now, now));
    expect(
      lastSeenText({ ...vehicle, lastSeenMediaUs: 12_900_000, lastSeenLabel: 'a.mp4' }, now),
    ).toBe('0:12 in a.mp4');
    expect(firstSeenText(vehicle, now)).toBe(wallTime(now - 60_000, now));
  });

  it('in a recording with a long name can be cut in the middle without losing anything', () => {
    const text = '0:27 in car-park-overhead-camera-2.mp4';
    const [head, tail] = headAndTail(text);
    expect(head + tail).toBe(text);
    expect(tail).toBe('era-2.mp4');
    expect(headAndTail('0:27 in yard.mp4')).toEqual(['0:27 in yard.mp4', '']);
  });

  it('of a gap name the day when it was another one, and both days when it went past midnight', () => {
    const startUnixMs = new Date(2026, 4, 10, 23, 50).getTime();
    const short = { startUnixMs, endUnixMs: startUnixMs + 300_000, reason: 'hidden' } as const;
    const long = { ...short, endUnixMs: new Date(2026, 4, 12, 0, 10).getTime() };
    expect(gapText(short, now, 'en-GB')).toMatch(/^10 May, 23:50 to 23:55, 5 min/);
    expect(gapText(long, now, 'en-GB')).toMatch(/^10 May, 23:50 to 12 May, 00:10, 24 h/);
    const lasting = { ...short, endUnixMs: null };
    expect(gapText(lasting, now, 'en-GB')).toBe('Since 10 May, 23:50: this tab was hidden');
  });

  it('of a gap say how long nothing was seen, and why', () => {
    const startUnixMs = new Date(2026, 4, 12, 14, 2).getTime();
    const gap = { startUnixMs, endUnixMs: startUnixMs + 180_000, reason: 'hidden' } as const;
    expect(gapText(gap, now, 'en-GB')).toBe('14:02 to 14:05, 3 min: this tab was hidden');
  });
});

describe('decisions', () => {
  const base = {
    vehicleId: 'a',
    vehicleNumber: 7,
    thresholds: { accept: 0.8, keep: 0.72 },
    requiredSimilarity: 0.8,
    cropTimesUs: [],
    revisionCount: 0,
  };
  const candidate = {
    vehicleId: 'b',
    vehicleNumber: 3,
    sightingId: 's',
    similarity: 0.64,
    excludedBecause: null,
  };

  it('explain a match by the similarity and the one asked for', () => {
    const text = decisionText({ ...base, outcome: 'matched', similarity: 0.87, candidates: [] });
    expect(text).toContain('87');
    expect(text).toContain('80');
  });

  it('explain a match that is only kept by hysteresis', () => {
    const text = decisionText({ ...base, outcome: 'matched', similarity: 0.75, candidates: [] });
    expect(text).toContain('72');
  });

  it('explain a new vehicle by the nearest one that could have been it', () => {
    const excluded = {
      ...candidate,
      similarity: 0.95,
      excludedBecause: 'visible-at-the-same-time',
    } as const;
    const text = decisionText({
      ...base,
      outcome: 'new',
      similarity: null,
      candidates: [excluded, candidate],
    });
    expect(text).toContain('64');
    expect(text).not.toContain('95');
  });

  it('explain a new vehicle that resembled two known ones equally', () => {
    const text = decisionText({
      ...base,
      outcome: 'new',
      similarity: null,
      thresholds: { accept: 0.88, keep: 0.8 },
      requiredSimilarity: 0.97,
      candidates: [
        { ...candidate, similarity: 0.93 },
        { ...candidate, vehicleId: 'c', similarity: 0.92 },
      ],
    });
    expect(text).toContain('93');
    expect(text).toContain('97');
    expect(text).toContain('nearly as similar');
  });

  it('tell the similarity that was asked of a match, not the setting alone', () => {
    const chosen = { ...candidate, vehicleId: base.vehicleId, similarity: 0.9 };
    const match = { ...base, outcome: 'matched', similarity: 0.9, candidates: [chosen] } as const;
    expect(decisionText({ ...match, requiredSimilarity: 0.86 })).toContain('86');
    // Above the setting and below what its lead asked for: kept from an earlier, clearer moment.
    expect(decisionText({ ...match, requiredSimilarity: 0.95 })).toContain('earlier');
  });

  it.each([
    ['visible-at-the-same-time', 'in view at the same time'],
    ['held-by-another-track', 'followed as another vehicle'],
  ] as const)('say of a candidate %s why it could not be', (reason, words) => {
    expect(exclusionText(reason)).toBe(words);
  });
});

describe('numbers', () => {
  it('are counted in words that agree', () => {
    expect(countOf(1, 'vehicle')).toBe('1 vehicle');
    expect(countOf(2, 'bus', 'buses')).toBe('2 buses');
  });

  it('never say that a file is done before it is', () => {
    expect(percentText(0.999)).toBe('99\u202f%');
    expect(percentText(1)).toBe('100\u202f%');
  });

  it('of bytes are short', () => {
    expect(bytesText(400)).toBe('0 kB');
    expect(bytesText(48_200_000)).toBe('48 MB');
    expect(bytesText(2_100_000_000)).toBe('2.1 GB');
  });

  it('of a removal name everything that went', () => {
    expect(removalText({ vehicleCount: 1, sightingCount: 3, cropCount: 2, vectorCount: 4 })).toBe(
      'Removed 1 vehicle, 3 sightings, 2 pictures and 4 descriptors.',
    );
  });
});

describe('backends', () => {
  it('offer one thread only on a page that is not isolated', () => {
    expect(backendOptions(1, false).map(({ key }) => key)).toEqual(['automatic', 'wasm-1']);
  });

  it('offer WebGPU where the browser has it, and a name for every choice', () => {
    const options = backendOptions(4, true);
    expect(options.map(({ key }) => key)).toEqual([
      'automatic',
      'webgpu',
      'wasm-1',
      'wasm-2',
      'wasm-3',
      'wasm-4',
    ]);
    for (const { key, choice } of options) expect(keyOfBackend(choice)).toBe(key);
  });

  it('are shown with their measured time and where the choice came from', () => {
    expect(
      backendText({
        provider: 'wasm',
        threadCount: 2,
        inputSidePx: 416,
        origin: 'remembered',
        measuredMs: 41.2,
      }),
    ).toBe('WebAssembly, 2 threads, 416 px · 41 ms, measured earlier');
  });
});
