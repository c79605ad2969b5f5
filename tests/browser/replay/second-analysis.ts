import type { SessionReader } from '../../../src/contracts/session';
import { MADE_RESULT_SET } from '../../support/make-session';

/** Display pixels by which the second analysis finds everything further right: it can be told from the first. */
const SHIFT_PX = 12;

/** A made session with a second analysis, which finds the same elsewhere and every tenth box not at all. */
export function withSecondAnalysis(session: SessionReader): SessionReader {
  const [first] = session.header.resultSets;
  if (!first) throw new Error('Expected a result set, got none');
  const second = {
    ...first,
    id: 'again',
    label: 'again with another detector',
    boxCount: Math.round(first.boxCount * 0.9),
  };
  return {
    header: { ...session.header, resultSets: [first, second] },
    segments: session.segments,
    async *frames(resultSet, range) {
      for await (const frame of session.frames(MADE_RESULT_SET, range)) {
        if (resultSet === first.id) yield frame;
        else {
          const boxes = frame.boxes
            .filter((_, index) => index % 10 !== 9)
            .map(({ box, ...rest }) => ({
              ...rest,
              box: { ...box, x1: box.x1 + SHIFT_PX, x2: box.x2 + SHIFT_PX },
            }));
          yield { ...frame, boxes };
        }
      }
    },
    tracks: () => session.tracks(MADE_RESULT_SET),
    sightings: () => session.sightings(MADE_RESULT_SET),
    partNames: () => session.partNames(),
    part: (name) => session.part(name),
  };
}
