import { describe, expect, it } from 'vitest';
import { firstShownUs } from '../../../src/ui/replay/sighting-search';
import { alteredSession, makeSession } from '../../support/make-session';
import { videoSegment } from '../../browser/storage/session-parts';

const session = makeSession();
const { startUs } = session.header;

/** The session with video from so long after its beginning on. */
function withVideoAfter(...leadsUs: readonly number[]) {
  const segments = leadsUs.map((leadUs) => ({ ...videoSegment(0, 1), startUs: startUs + leadUs }));
  return alteredSession(session, { segments });
}

describe('a replay', () => {
  it('begins with the first picture, which comes some moments after the first results', () => {
    expect(firstShownUs(withVideoAfter(400_000, 4_400_000))).toBe(startUs + 400_000);
    expect(firstShownUs(withVideoAfter(900_000, 300_000))).toBe(startUs + 300_000);
  });

  it('begins with the results when there is no video, or that comes much later', () => {
    expect(firstShownUs(session)).toBe(startUs);
    expect(firstShownUs(withVideoAfter(60_000_000))).toBe(startUs);
  });

  it('never begins before the session', () => {
    expect(firstShownUs(withVideoAfter(-5_000))).toBe(startUs);
  });
});
