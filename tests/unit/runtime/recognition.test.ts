import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../src/contracts/app';
import type { Adaptation, ConfirmedPair } from '../../../src/contracts/recognition';
import type { LearnAdaptation } from '../../../src/runtime/adaptation-client';
import { Recognition, type RecognitionParts } from '../../../src/runtime/recognition';
import { FAKE_ADAPTATION, FakeRecognition } from '../../browser/ui/fake-recognition';
import { FAKE_SETTINGS } from '../../browser/ui/fake-parts';

const BEFORE = 0.81;

/** A gallery, settings and a store that outlive the page. */
function device() {
  const entries = new Map<string, string>();
  const gallery = {
    space: 'fake:1' as string | null,
    adaptation: null as Adaptation | null,
    isGuest: false,
  };
  const confirmed: ConfirmedPair[] = [];
  const learned: number[] = [];
  let settings: Settings = { ...FAKE_SETTINGS, matchThreshold: BEFORE };
  let tellChanged = (): void => undefined;
  const keep = (pair: ConfirmedPair) => Promise.resolve(void confirmed.push(pair));
  const takeBack = () => Promise.resolve(void confirmed.splice(0));
  const learn: LearnAdaptation = (_pairs, acceptBefore) => {
    learned.push(acceptBefore);
    return Promise.resolve({ isBetter: true, adaptation: FAKE_ADAPTATION });
  };
  const parts: RecognitionParts = {
    identity: {
      gallerySpace: () => Promise.resolve({ ...gallery }),
      pairSet: () => Promise.resolve(new FakeRecognition().pairs),
      confirmPair: keep,
      confirmedPairs: () => Promise.resolve(confirmed),
      takeBackPair: takeBack,
      get isGuest() {
        return gallery.isGuest;
      },
      ownPairs: () => Promise.resolve(confirmed),
      keepOwnPair: keep,
      takeBackOwnPair: takeBack,
      setAdaptation: (adaptation) => Promise.resolve(void (gallery.adaptation = adaptation)),
      onChanged: (listener) => {
        tellChanged = listener;
        return () => undefined;
      },
      onSighting: () => () => undefined,
    },
    learn,
    store: {
      get: (key) => entries.get(key) ?? null,
      set: (key, value) => void entries.set(key, value),
      remove: (key) => void entries.delete(key),
    },
    settings: () => settings,
    updateSettings: (change) => {
      settings = { ...settings, ...change };
    },
  };
  return {
    parts,
    gallery,
    confirmed,
    learned,
    entries,
    threshold: () => settings.matchThreshold,
    changed: () => tellChanged(),
  };
}

describe('Recognition', () => {
  it('takes the threshold over with an adaptation and brings the old one back, also after a reload', async () => {
    const { parts, threshold } = device();
    const recognition = new Recognition(parts);
    await recognition.refresh();
    expect(threshold()).toBe(BEFORE);
    await recognition.keep(FAKE_ADAPTATION);
    expect(threshold()).toBe(FAKE_ADAPTATION.accept);
    expect(recognition.space).toBe('fake:1~0a1b2c3d');

    const reloaded = new Recognition(parts);
    await reloaded.refresh();
    expect(threshold()).toBe(FAKE_ADAPTATION.accept);
    await reloaded.undo();
    expect(threshold()).toBe(BEFORE);
    expect(reloaded.space).toBe('fake:1');
  });

  it('remembers the embedder’s own threshold over a second adaptation, and learns with it', async () => {
    const { parts, threshold, learned } = device();
    const recognition = new Recognition(parts);
    await recognition.keep(FAKE_ADAPTATION);
    await recognition.learn(() => undefined, new AbortController().signal);
    expect(learned).toEqual([BEFORE]);
    await recognition.keep({ ...FAKE_ADAPTATION, id: '11111111', accept: 0.6 });
    expect(threshold()).toBe(0.6);
    await recognition.undo();
    expect(threshold()).toBe(BEFORE);
  });

  it('brings the threshold back when the adaptation goes with its gallery', async () => {
    const { parts, gallery, threshold, changed } = device();
    const recognition = new Recognition(parts);
    await recognition.keep(FAKE_ADAPTATION);
    const told = new Promise<void>((resolve) => recognition.onChanged(resolve));
    gallery.adaptation = null;
    changed();
    await told;
    expect(threshold()).toBe(BEFORE);
    expect(recognition.adaptation).toBeNull();
  });

  it('leaves the threshold alone when the store holds nonsense', async () => {
    const { parts, entries, threshold } = device();
    entries.set('resight.adaptation-threshold', '{"acceptBefore":');
    await new Recognition(parts).refresh();
    expect(threshold()).toBe(BEFORE);
  });

  it('counts in the space in use', async () => {
    const { parts } = device();
    const recognition = new Recognition(parts);
    const [before] = await recognition.calibrate(0.01);
    // Shrinks what pairs differ in.
    const matrix = Float32Array.of(1, 0, 0, 0.01);
    await recognition.keep({ ...FAKE_ADAPTATION, matrix });
    const [after] = await recognition.calibrate(0.01);
    expect(before?.same.counts.at(-1)).toBeLessThan(before!.same.total);
    expect(after?.same.counts.at(-1)).toBe(after?.same.total);
  });

  it('records a pair under one key in either order, and no sighting with itself', async () => {
    const { parts, confirmed } = device();
    const recognition = new Recognition(parts);
    await recognition.confirmPair('b', 'a', true);
    expect(confirmed[0]).toMatchObject({ sightings: ['a', 'b'], isSame: true });
    await expect(recognition.confirmPair('a', 'a', true)).rejects.toThrow(RangeError);
  });

  it('tells what is said in the own gallery, taken back too, and nothing of a guest’s', async () => {
    const { parts, gallery, confirmed } = device();
    const recognition = new Recognition(parts);
    const said: unknown[] = [];
    recognition.onOwnVerdict((sightings, verdict) => said.push([...sightings, verdict]));
    await recognition.confirmPair('b', 'a', false);
    await recognition.takeBackPair('b', 'a');
    expect(confirmed).toEqual([]);
    gallery.isGuest = true;
    await recognition.confirmPair('b', 'a', true);
    await recognition.takeBackPair('b', 'a');
    gallery.isGuest = false;
    // As another device said: it is not this one's to tell.
    await recognition.keepOwnVerdict(['a', 'b'], 'same');
    expect(said).toEqual([
      ['a', 'b', 'different'],
      ['a', 'b', 'taken-back'],
    ]);
  });

  it('says what is newer than what was said before, also when the clock was set back', async () => {
    const { parts, confirmed } = device();
    const recognition = new Recognition(parts);
    const aheadUnixMs = Date.now() + 86_400_000;
    confirmed.push({ sightings: ['a', 'b'], isSame: true, confirmedUnixMs: aheadUnixMs });
    await recognition.confirmPair('a', 'b', false);
    expect(confirmed.at(-1)).toMatchObject({ isSame: false, confirmedUnixMs: aheadUnixMs + 1 });
    await recognition.keepOwnVerdict(['a', 'b'], 'same');
    expect(confirmed.at(-1)).toMatchObject({ isSame: true, confirmedUnixMs: aheadUnixMs + 1 });
  });
});
