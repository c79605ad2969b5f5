/*
 * Reads a tracker's results by the rules of MOTChallenge (https://motchallenge.net/instructions): ten columns, frames and
 * identities from 1, and what TrackEval refuses: an identity twice in one frame. Written from those rules.
 */

/** One line. */
export interface MotBox {
  readonly frame: number;
  readonly id: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly confidence: number;
}

/** Throws at the first line that breaks a rule. */
export function readMot(text: string): readonly MotBox[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error('Expected the last line to be complete');
  const seen = new Set<string>();
  let lastFrame = 0;
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const columns = line.split(',').map(readNumber);
      if (columns.length !== 10) throw new Error(`Expected 10 columns, found "${line}"`);
      const [frame = NaN, id = NaN, left = NaN, top = NaN, width = NaN, height = NaN] = columns;
      const confidence = columns[6] ?? NaN;
      const isWhole = Number.isInteger(frame) && Number.isInteger(id) && frame >= 1 && id >= 1;
      if (!isWhole) throw new Error(`Expected frame and id from 1, found "${line}"`);
      if (frame < lastFrame) throw new Error(`Expected frames in order, found "${line}"`);
      if (seen.has(`${frame},${id}`)) throw new Error(`Expected an id once a frame, "${line}"`);
      if (!(width > 0 && height > 0)) throw new Error(`Expected a box with a size, "${line}"`);
      if (!(confidence >= 0 && confidence <= 1)) throw new Error(`Expected [0, 1], "${line}"`);
      if (columns.slice(7).some((value) => value !== -1)) throw new Error(`Expected -1, "${line}"`);
      seen.add(`${frame},${id}`);
      lastFrame = frame;
      return { frame, id, left, top, width, height, confidence };
    });
}

/** Key-value pairs of the `[Sequence]` section of a seqinfo.ini. */
export function readSequenceInfo(text: string): Readonly<Record<string, string>> {
  const [section, ...lines] = text.trim().split(/\r?\n/u);
  if (section !== '[Sequence]') throw new Error(`Expected [Sequence], found "${section ?? ''}"`);
  return Object.fromEntries(
    lines.map((line) => {
      const [key = '', ...value] = line.split('=');
      return [key, value.join('=')];
    }),
  );
}

function readNumber(column: string): number {
  if (!/^-?\d+(\.\d+)?$/u.test(column)) throw new Error(`Expected a number, found "${column}"`);
  return Number(column);
}
