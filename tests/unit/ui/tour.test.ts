import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrackIdentity } from '../../../src/contracts/match';
import type { LiveSight, ScreenBox } from '../../../src/ui/state/live-views';
import type { NoteMemory } from '../../../src/ui/state/note-memory';
import { Tour } from '../../../src/ui/state/tour.svelte';
import {
  arrowBetween,
  crosses,
  overlaps,
  placeCard,
  placeFree,
} from '../../../src/ui/tour/place-card';
import type { TourTarget } from '../../../src/ui/tour/tour-target';
import { FakeController } from '../../browser/ui/fake-controller';
import { decisionOf } from '../../browser/ui/fake-gallery';

const BOX: ScreenBox = { left: 100, top: 100, width: 80, height: 50 };

/** A street of which the test says what is in sight. */
class World {
  readonly controller = new FakeController();
  readonly said: string[] = [];
  /** Taken back, said or not. */
  readonly dropped: string[] = [];
  readonly notes = new Set<string>();
  sights: LiveSight[] = [];
  hasRow = true;
  isCovered = false;
  isHeld = false;
  readonly memory: NoteMemory = {
    has: (key) => this.notes.has(key),
    add: (key) => this.notes.add(key),
  };
  readonly tour = new Tour({
    controller: this.controller,
    sights: () => this.sights,
    locate: (target) => this.#locate(target),
    isCovered: () => this.isCovered,
    isHeld: () => this.isHeld,
    say: (sentence) => {
      this.said.push(sentence);
      return () => this.dropped.push(sentence);
    },
    memory: this.memory,
  });

  #locate(target: TourTarget): ScreenBox | null {
    if (target.part === 'row') return this.hasRow ? BOX : null;
    return this.sights.find(({ trackId }) => trackId === target.trackId)?.box ?? null;
  }
}

function sightOf(trackId: number, change: Partial<LiveSight> = {}): LiveSight {
  return {
    trackId,
    identity: null,
    isLost: false,
    cameraLabel: 'Camera A',
    box: BOX,
    label: BOX,
    ...change,
  };
}

function identityOf(number: number, similarity: number | null = null): TrackIdentity {
  return {
    epoch: 1,
    trackId: number,
    decision: decisionOf(number, similarity),
    lastSeenUnixMs: similarity === null ? null : 1000,
    lastSeenMediaUs: null,
    lastSeenLabel: similarity === null ? null : 'Camera A',
  };
}

const recognised = sightOf(9, { identity: identityOf(7, 0.93), cameraLabel: 'Camera B' });

let world: World;

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});
afterEach(() => {
  world.tour.dispose();
  vi.useRealTimers();
});

/** Time goes on, in the tour's own steps. */
function pass(seconds: number): void {
  vi.advanceTimersByTime(seconds * 1000);
}

/** A street with one numbered vehicle, at the third step. */
async function atList(): Promise<void> {
  world.sights = [sightOf(1, { identity: identityOf(7) })];
  await world.controller.startStreet();
  world.tour.next();
  world.tour.next();
  expect(world.tour.card?.step).toBe('list');
}

describe('the tour', () => {
  it('begins by itself on the first street of a device only', async () => {
    await world.controller.startCamera();
    expect(world.tour.isOn).toBe(false);
    await world.controller.startStreet();
    expect(world.tour.isOn).toBe(true);
    await world.controller.leaveStreet();
    expect(world.tour.isOn).toBe(false);
    await world.controller.startStreet();
    expect(world.tour.isOn).toBe(false);
    world.tour.start();
    expect(world.tour.isOn).toBe(true);
  });

  it('comes once a visit where the device remembers nothing', async () => {
    vi.spyOn(world.memory, 'has').mockReturnValue(false);
    await world.controller.startStreet();
    world.tour.end();
    world.controller.updateSettings({ isHudVisible: true });
    expect(world.tour.isOn).toBe(false);
    await world.controller.startStreet({ weather: 'rain' });
    expect(world.controller.status.state).toBe('running');
    expect(world.tour.isOn).toBe(false);
  });

  it('lets each step wait for its event and follows one vehicle through them', async () => {
    await world.controller.startStreet();
    expect(world.tour.card).toBeNull();
    world.sights = [sightOf(1), sightOf(2, { box: { ...BOX, width: 200 } })];
    pass(0.5);
    expect(world.tour.card).toMatchObject({ step: 'box', target: { part: 'box', trackId: 2 } });
    pass(5.2);
    expect(world.tour.card).toBeNull();
    world.sights = [
      sightOf(1, { identity: identityOf(6) }),
      sightOf(2, { identity: identityOf(7) }),
    ];
    pass(0.5);
    expect(world.tour.card).toMatchObject({ step: 'number', target: { trackId: 2 } });
    expect(world.tour.card?.title).toBe('It gets a number: 7');
    pass(5.2);
    expect(world.tour.card).toMatchObject({
      step: 'list',
      target: { part: 'row', vehicleId: 'vehicle-7' },
    });
    pass(5.2);
    expect(world.tour.card).toMatchObject({ step: 'again', type: 'waiting', target: null });
    world.sights = [recognised];
    pass(0.5);
    expect(world.tour.card).toMatchObject({ step: 'again', target: { part: 'whole', trackId: 9 } });
    expect(world.tour.card?.text).toBe('Camera B knows it from Camera A, similarity 93\u202f%.');
    expect(world.said).toHaveLength(5);
    pass(5.2);
    expect(world.tour.isOn).toBe(false);
  });

  it('takes twenty seconds where everything comes at once', async () => {
    world.sights = [sightOf(1, { identity: identityOf(7) }), recognised];
    await world.controller.startStreet();
    pass(19);
    expect(world.tour.card?.step).toBe('again');
    pass(2);
    expect(world.tour.isOn).toBe(false);
  });

  it('does not take a vehicle that is back at the same camera for one seen by the other', async () => {
    await atList();
    world.sights = [sightOf(3, { identity: identityOf(7, 0.9) })];
    world.tour.next();
    pass(3);
    expect(world.tour.card?.type).toBe('waiting');
  });

  it('keeps a card for three and a half seconds although its vehicle has gone', async () => {
    world.sights = [sightOf(1)];
    await world.controller.startStreet();
    world.sights = [];
    pass(3.2);
    expect(world.tour.card?.step).toBe('box');
    pass(0.6);
    expect(world.tour.card).toBeNull();
  });

  it('says honestly that no vehicle was recognised in ninety seconds, and ends', async () => {
    await atList();
    world.tour.next();
    pass(89);
    expect(world.tour.card?.type).toBe('waiting');
    pass(2);
    expect(world.tour.card).toMatchObject({ type: 'missed', step: 'again' });
    expect(world.tour.card?.title).toBe('No vehicle has been recognised yet');
    pass(10);
    expect(world.tour.isOn).toBe(false);
  });

  it('leaves the list out where it is not in sight, as in full screen', async () => {
    world.hasRow = false;
    world.sights = [sightOf(1, { identity: identityOf(7) })];
    await world.controller.startStreet();
    world.tour.next();
    world.tour.next();
    expect(world.tour.card).toBeNull();
    pass(4.5);
    expect(world.tour.card?.step).toBe('again');
  });

  it('stands still while a dialog covers the page', async () => {
    world.sights = [sightOf(1)];
    await world.controller.startStreet();
    world.isCovered = true;
    pass(30);
    world.isCovered = false;
    pass(4);
    expect(world.tour.card?.step).toBe('box');
    pass(1.5);
    expect(world.tour.card).toBeNull();
  });

  it('counts no time while the run is paused', async () => {
    world.sights = [sightOf(1)];
    await world.controller.startStreet();
    world.controller.pause();
    pass(60);
    expect(world.tour.card?.step).toBe('box');
    world.controller.resume();
    pass(5.2);
    expect(world.tour.card).toBeNull();
    world.controller.pause();
    pass(200);
    world.controller.resume();
    expect(world.tour.card).toBeNull();
    pass(91);
    expect(world.tour.card).toMatchObject({ type: 'missed', step: 'number' });
  });

  it('leaves a card as long as pointer or focus is on it', async () => {
    world.sights = [sightOf(1)];
    await world.controller.startStreet();
    world.isHeld = true;
    pass(60);
    expect(world.tour.card?.step).toBe('box');
    world.isHeld = false;
    pass(5.2);
    expect(world.tour.card).toBeNull();
  });

  it('takes back what was not said yet with its card, and when it ends', async () => {
    await atList();
    expect(world.dropped).toEqual(world.said.slice(0, 2));
    world.tour.end();
    expect(world.dropped).toEqual(world.said);
  });

  it('ends at once when it is skipped, and with the run', async () => {
    world.sights = [sightOf(1)];
    await world.controller.startStreet();
    world.tour.end();
    expect(world.tour.card).toBeNull();
    pass(10);
    expect(world.tour.card).toBeNull();
    world.tour.start();
    world.controller.pause();
    expect(world.tour.isOn).toBe(true);
    world.controller.fail('STREET_UNAVAILABLE');
    expect(world.tour.isOn).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a card', () => {
  const page = { width: 1280, height: 800 };
  const card = { width: 320, height: 150 };

  it.each([
    { left: 20, top: 20, width: 100, height: 60 },
    { left: 1150, top: 720, width: 100, height: 60 },
    { left: 40, top: 100, width: 1200, height: 300 },
    { left: 600, top: 60, width: 80, height: 700 },
  ])('lies on the page and not over its target at $left, $top', (target) => {
    const place = placeCard({ ring: target, whole: target }, card, page);
    expect(overlaps(place, target, 0)).toBe(false);
    expect(place.left).toBeGreaterThanOrEqual(0);
    expect(place.top).toBeGreaterThanOrEqual(0);
    expect(place.left + card.width).toBeLessThanOrEqual(page.width);
    expect(place.top + card.height).toBeLessThanOrEqual(page.height);
  });

  it('covers nothing that must stay in reach where there is another place', () => {
    const phone = { width: 390, height: 844 };
    const bar = { left: 0, top: 513, width: 390, height: 110 };
    const row = { left: 0, top: 705, width: 380, height: 84 };
    const target = { ring: row, whole: row };
    expect(overlaps(placeCard(target, card, phone, []), bar, 0)).toBe(true);
    const place = placeCard(target, card, phone, [bar]);
    expect(overlaps(place, bar, 0)).toBe(false);
    expect(overlaps(place, row, 0)).toBe(false);
    expect(overlaps(placeFree(card, phone, [bar], []), bar, 0)).toBe(false);
  });

  it('lies clear of the whole vehicle when its ring is round a part of it', () => {
    const box = { left: 600, top: 300, width: 120, height: 90 };
    const label = { left: 600, top: 276, width: 80, height: 22 };
    const whole = { left: 600, top: 276, width: 120, height: 114 };
    const place = placeCard({ ring: label, whole }, card, page);
    expect(overlaps(place, whole, 0)).toBe(false);
    // The arrow to the label does not run over the vehicle either.
    const { from, to } = arrowBetween(place, label);
    expect(crosses(from, to, { ...box, top: 310 })).toBe(false);
  });

  it('that points at nothing leaves the picture free that is spoken of', () => {
    const first = { left: 0, top: 56, width: 900, height: 330 };
    const second = { left: 0, top: 388, width: 900, height: 330 };
    const bar = { left: 0, top: 730, width: 900, height: 70 };
    const place = placeFree(card, page, [bar], [first, second]);
    expect(overlaps(place, second, 0)).toBe(false);
    expect(overlaps(place, bar, 0)).toBe(false);
  });

  it('knows whether an arrow runs over something', () => {
    const box = { left: 10, top: 10, width: 20, height: 20 };
    expect(crosses({ x: 0, y: 0 }, { x: 40, y: 40 }, box)).toBe(true);
    expect(crosses({ x: 0, y: 0 }, { x: 40, y: 0 }, box)).toBe(false);
    expect(crosses({ x: 0, y: 15 }, { x: 5, y: 15 }, box)).toBe(false);
    expect(crosses({ x: 20, y: 0 }, { x: 20, y: 90 }, box)).toBe(true);
  });

  it('points from its edge to the edge of its target', () => {
    const place = { left: 100, top: 200, width: 200, height: 100 };
    const { from, to } = arrowBetween(place, { left: 180, top: 80, width: 40, height: 60 });
    expect(from).toEqual({ x: 200, y: 200 });
    expect(to).toEqual({ x: 200, y: 140 });
  });
});
