import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../../src/contracts/gallery';
import { LastSeenBook } from '../../../src/stages/identity/last-seen';
import { TrackBook } from '../../../src/stages/identity/track-book';

const facts = { vehicleClass: 'car', firstSeenUs: 0, hitCount: 5 } as const;

function makeBook(): TrackBook {
  let count = 0;
  return new TrackBook(
    () => `id-${(count += 1)}`,
    () => 0,
  );
}

describe('the book of tracks, over a day', () => {
  it('does not open a track again that ended a moment ago, under none of its ids', () => {
    const book = makeBook();
    book.open(1, 'gate', facts, 0);
    book.open(2, 'gate', facts, 0);
    book.bridge({ survivorId: 1, absorbedId: 2, similarity: 0.9 });
    book.end(1, { vehicleId: 'vehicle', sightingId: 'sighting of 1' });
    expect(book.open(1, 'gate', facts, 0)).toBeNull();
    expect(book.open(2, 'gate', facts, 0)).toBeNull();
    expect(book.isAbsorbed(2)).toBe(false);
  });

  it('does not remember flickers that never were a track', () => {
    const book = makeBook();
    book.end(1, null);
    expect(book.open(1, 'gate', facts, 0)).not.toBeNull();
  });

  it('forgets tracks that ended long ago', () => {
    const book = makeBook();
    for (let id = 1; id <= 1025; id += 1) {
      book.open(id, 'gate', facts, 0);
      book.end(id, { vehicleId: 'vehicle', sightingId: `sighting of ${id}` });
    }
    expect(book.open(2, 'gate', facts, 0)).toBeNull();
    expect(book.open(1, 'gate', facts, 0)).not.toBeNull();
  });
});

describe('the book of last sightings, over a day', () => {
  it('looks vehicles of long ago up in the gallery', async () => {
    const asked: string[] = [];
    const book = new LastSeenBook({
      vehicle: (id) => {
        asked.push(id);
        return Promise.resolve(null);
      },
    });
    for (let n = 0; n <= 4096; n += 1) {
      // Nothing else of a sighting is looked at.
      book.note({
        vehicleId: `v${n}`,
        endUnixMs: n,
        endMediaUs: null,
        cameraLabel: '',
      } as Sighting);
    }
    expect(await book.find('v4096', 'none')).toMatchObject({ unixMs: 4096 });
    expect(asked).toEqual([]);
    await book.find('v0', 'none');
    expect(asked).toEqual(['v0']);
  });
});
