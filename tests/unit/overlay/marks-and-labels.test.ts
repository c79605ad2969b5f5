import { describe, expect, it } from 'vitest';
import type { TrackIdentity } from '../../../src/contracts/match';
import type { Track } from '../../../src/contracts/track';
import { fullLabel, mediumLabel, shortLabel } from '../../../src/sinks/overlay/label-text';
import {
  IDENTITY_COLORS,
  identityColorIndex,
  MARK_KINDS,
  MARK_STYLES,
  markKind,
} from '../../../src/sinks/overlay/marks';
import { Trail } from '../../../src/sinks/overlay/trail';
import { Visual } from '../../../src/sinks/overlay/visual';

const NOW = new Date(2026, 4, 12, 15, 30).getTime();

function identityOf(similarity: number | null, change: Partial<TrackIdentity> = {}): TrackIdentity {
  return {
    epoch: 1,
    trackId: 1,
    decision: {
      outcome: similarity === null ? 'new' : 'matched',
      vehicleId: 'a',
      vehicleNumber: 7,
      similarity,
      thresholds: { accept: 0.8, keep: 0.7 },
      candidates: [],
      cropTimesUs: [],
      requiredSimilarity: null,
      revisionCount: 0,
    },
    lastSeenUnixMs: similarity === null ? null : new Date(2026, 4, 12, 14, 2).getTime(),
    lastSeenMediaUs: null,
    lastSeenLabel: null,
    ...change,
  };
}

describe('labels', () => {
  it('name a new vehicle by number and class', () => {
    expect(fullLabel('car', identityOf(null), NOW)).toBe('7 · car');
  });

  it('tell a returning vehicle’s similarity and when it was seen last', () => {
    expect(fullLabel('car', identityOf(0.874), NOW)).toBe('7 · 87\u202f% · last seen 14:02');
  });

  it('tell the position in the file for a vehicle seen in a recording', () => {
    const identity = identityOf(0.9, { lastSeenMediaUs: 12_400_000, lastSeenLabel: 'clip.mp4' });
    expect(fullLabel('car', identity, NOW)).toBe('7 · 90\u202f% · last seen 0:12 in clip.mp4');
  });

  it('tell how long after which camera in a run with several', () => {
    const lastSeenUnixMs = NOW - 12_000;
    const identity = identityOf(0.93, { lastSeenUnixMs, lastSeenLabel: 'Camera A' });
    expect(fullLabel('car', identity, NOW, NOW)).toBe('7 · 93\u202f% · 12 s after Camera A');
    const before = lastSeenUnixMs - 300;
    expect(fullLabel('car', identity, NOW, before)).toBe('7 · 93\u202f% · right after Camera A');
    const yesterday = identityOf(0.93, { lastSeenLabel: 'Camera A' });
    expect(fullLabel('car', yesterday, NOW, NOW)).toBe('7 · 93\u202f% · last seen 14:02');
  });

  it('get shorter without losing the number', () => {
    expect(mediumLabel('car', identityOf(0.874))).toBe('7 · 87\u202f%');
    expect(shortLabel(identityOf(0.874))).toBe('7');
  });

  it('give only the class before there is a decision', () => {
    expect(fullLabel('truck', null, NOW)).toBe('truck');
    expect(shortLabel(null)).toBe('');
  });
});

describe('Visual', () => {
  it('names the day of its last sighting once midnight has passed', () => {
    const visual = new Visual(1);
    const track: Track = {
      id: 1,
      state: 'confirmed',
      box: { x1: 0, y1: 0, x2: 10, y2: 10 },
      velocityXPxPerS: 0,
      velocityYPxPerS: 0,
      vehicleClass: 'car',
      score: 0.9,
      detectedBox: null,
      firstSeenUs: 0,
      lastSeenUs: 0,
      hitCount: 1,
    };
    const identity = identityOf(0.9);
    visual.describe(track, identity, NOW);
    const today = visual.labelTexts[0];
    expect(today).toMatch(/14:02$/);
    visual.describe(track, identity, NOW + 24 * 3_600_000);
    expect(visual.labelTexts[0]).not.toBe(today);
    expect(visual.labelTexts[0]).toContain('14:02');
  });
});

describe('marks', () => {
  it('never show a tentative track', () => {
    expect(markKind('tentative', identityOf(0.9))).toBeNull();
  });

  it('show a hidden vehicle as lost even when it is known', () => {
    expect(markKind('lost', identityOf(0.9))).toBe('lost');
    expect(markKind('confirmed', identityOf(0.9))).toBe('returning');
    expect(markKind('confirmed', identityOf(null))).toBe('known');
    expect(markKind('confirmed', null)).toBe('pending');
  });

  it('differ from each other in pattern, width or corners, so that no colour is needed', () => {
    const looks = MARK_KINDS.map((kind) => {
      const { dash, hasCorners } = MARK_STYLES[kind];
      return `${dash.join()}|${hasCorners}`;
    });
    expect(new Set(looks).size).toBe(MARK_KINDS.length);
  });

  it('give neighbouring numbers different colours', () => {
    const indices = IDENTITY_COLORS.map((_, number) => identityColorIndex(number));
    expect(new Set(indices).size).toBe(IDENTITY_COLORS.length);
  });
});

describe('Trail', () => {
  it('keeps only the newest points, in order', () => {
    const trail = new Trail();
    for (let x = 0; x < 400; x += 10) trail.add(x, 5, 40);
    expect(trail.count).toBe(24);
    expect(trail.xAt(trail.count - 1)).toBe(390);
    expect(trail.xAt(0)).toBe(390 - 23 * 10);
  });

  it('does not grow while a vehicle stands', () => {
    const trail = new Trail();
    for (let time = 0; time < 50; time += 1) trail.add(100 + (time % 2), 50, 80);
    expect(trail.count).toBe(1);
  });
});
