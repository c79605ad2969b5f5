import { describe, expect, it } from 'vitest';
import { replayCommandFor } from '../../../src/ui/replay/replay-keys';
import {
  exactSessionTime,
  outcomeText,
  pictureText,
  sessionTitle,
} from '../../../src/ui/replay/replay-text';
import { MADE_RESULT_SET, makeSession } from '../../support/make-session';

const press = (key: string, targetTag = 'section') => ({
  key,
  hasModifier: false,
  targetTag,
  isEditable: false,
  isDialogOpen: false,
});

describe('keys of a replay', () => {
  it('moves by ten seconds and by one, steps, and changes the speed', () => {
    expect(replayCommandFor(press('ArrowLeft'))).toEqual({ type: 'move', byUs: -10e6 });
    expect(replayCommandFor(press('ArrowUp'))).toEqual({ type: 'move', byUs: 1e6 });
    expect(replayCommandFor(press('.'))).toEqual({ type: 'step', by: 1 });
    expect(replayCommandFor(press('<'))).toEqual({ type: 'speed', by: -1 });
    expect(replayCommandFor(press('N'))).toEqual({ type: 'sighting', by: 1 });
  });

  it('leaves keys to fields, to dialogs, and to the browser', () => {
    expect(replayCommandFor(press('.', 'input'))).toBeNull();
    expect(replayCommandFor(press('ArrowUp', 'select'))).toBeNull();
    expect(replayCommandFor({ ...press(' '), isDialogOpen: true })).toBeNull();
    expect(replayCommandFor({ ...press('l'), hasModifier: true })).toBeNull();
    expect(replayCommandFor(press(' ', 'button'))).toBeNull();
    expect(replayCommandFor(press('Tab'))).toBeNull();
  });
});

describe('words of a replay', () => {
  const media = { originUnixMs: 1_778_587_200_000, timeBase: 'media' as const };

  it('tells times to the millisecond, positions of a recording as such', () => {
    expect(exactSessionTime(media, 62_034_999)).toBe('1:02.034');
    const wall = { originUnixMs: 1_778_587_200_500, timeBase: 'wall' as const };
    expect(exactSessionTime(wall, 250_000)).toMatch(/:00\.750$/);
  });

  it('tells what is at a picture', () => {
    expect(pictureText(media, 1e6, { isAnalysed: true, vehicleCount: 2 })).toBe(
      '0:01.000, 2 vehicles',
    );
    expect(pictureText(media, 1e6, { isAnalysed: false, vehicleCount: 0 })).toBe(
      '0:01.000, not analysed',
    );
  });

  it('names a session by its user’s words, or else by source and time', () => {
    const { header } = makeSession();
    expect(sessionTitle(header, header.createdUnixMs)).toBe('Made for tests');
    expect(sessionTitle({ ...header, title: '' }, header.createdUnixMs)).toMatch(/^Camera A, /);
  });

  it('tells what was decided', async () => {
    const sightings = await makeSession({ durationS: 60 }).sightings(MADE_RESULT_SET);
    const texts = new Set(sightings.map(outcomeText));
    expect(texts).toContain('New vehicle');
    expect([...texts].some((text) => /^Seen again, 8\d.%$/.test(text))).toBe(true);
  });
});
