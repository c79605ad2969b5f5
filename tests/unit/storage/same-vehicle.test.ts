import { describe, expect, it } from 'vitest';
import type { Box } from '../../../src/contracts/detection';
import type { SessionEvent } from '../../../src/contracts/session';
import { ResultsFile } from '../../../src/core/session-format/results-file';
import { footprintOf, sightingsWithin } from '../../../src/storage/same-vehicle';
import { fileOf, sessionBox, sessionSighting } from '../session-format/session-fixtures';

/** A box of 100 x 50 px that drives to the right, 40 px a frame. */
const at = (frame: number, offsetPx = 0): Box => {
  const x1 = frame * 40 + offsetPx;
  return { x1, y1: 20, x2: x1 + 100, y2: 70 };
};

/** Ten frames a tenth of a second apart; each track's box in each, null: none. */
function analysis(
  tracks: Readonly<Record<number, (frame: number) => Box | null>>,
  cameraId = 'camera-1',
): ResultsFile {
  const frames = Array.from({ length: 10 }, (_, frame): SessionEvent => ({
    type: 'frame',
    frame: {
      cameraId,
      captureTimeUs: frame * 100_000,
      boxes: Object.entries(tracks).flatMap(([id, boxOf]) => {
        const box = boxOf(frame);
        return box ? [{ ...sessionBox(Number(id)), box }] : [];
      }),
    },
  }));
  const sightings = Object.keys(tracks).map((id): SessionEvent => ({
    type: 'sighting',
    sighting: sessionSighting({ id: `of ${id}`, trackIds: [Number(id)], cameraId }),
  }));
  return new ResultsFile(fileOf(frames, sightings));
}

describe('the same vehicle in another analysis', () => {
  const first = analysis({ 1: at, 2: (frame) => at(frame, 400) });
  const footprint = async () =>
    footprintOf(
      first,
      (await first.sightings()).filter(({ id }) => id === 'of 1'),
    );

  it('is what was in the same place, whatever it is called', async () => {
    const again = analysis({ 7: (frame) => at(frame, 12), 8: (frame) => at(frame, 390) });
    expect([...(await sightingsWithin(again, await footprint()))]).toEqual(['of 7']);
  });

  it('is each part of it where the other analysis lost it in between', async () => {
    const again = analysis({
      3: (frame) => (frame < 4 ? at(frame) : null),
      4: (frame) => (frame > 5 ? at(frame) : null),
    });
    expect((await sightingsWithin(again, await footprint())).size).toBe(2);
  });

  it('is not what stands there while it drives past', async () => {
    const again = analysis({ 5: () => at(5) });
    expect((await sightingsWithin(again, await footprint())).size).toBe(0);
  });

  it('is not what another camera saw at that place', async () => {
    const again = analysis({ 7: at }, 'camera-2');
    expect((await sightingsWithin(again, await footprint())).size).toBe(0);
  });

  it('is nothing when it was not seen', async () => {
    const nowhere = await footprintOf(first, []);
    expect((await sightingsWithin(first, nowhere)).size).toBe(0);
  });
});
