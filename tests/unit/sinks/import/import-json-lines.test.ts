import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/app-error';
import { jsonLinesExporter } from '../../../../src/sinks/export/json-lines';
import { importJsonLines } from '../../../../src/sinks/import/import-json-lines';
import { collectExport } from '../../../support/collect-export';
import { makeSession } from '../../../support/make-session';
import { importTools } from '../../../support/session-file-tools';

const never = new AbortController().signal;
const session = makeSession({ durationS: 40, cameraCount: 2, gap: { from: 0.4, to: 0.5 } });
let text: string;

beforeAll(async () => {
  text = await (await collectExport(jsonLinesExporter, session)).blob.text();
});

function fileOf(contents: BlobPart): File {
  return new File([contents], 'events.jsonl');
}

async function refusalOf(file: File): Promise<AppError> {
  const { tools, writers } = importTools();
  const error: unknown = await importJsonLines(file, {
    tools,
    tell: () => undefined,
    signal: never,
  }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  for (const { fate } of writers) expect(fate).toBe('discarded');
  // The line above found it to be one.
  return error as AppError;
}

/** The text with line `number` (from 1) changed. */
function withLine(number: number, change: (line: string) => string): File {
  const lines = text.split('\n');
  lines[number - 1] = change(lines[number - 1] ?? '');
  return fileOf(lines.join('\n'));
}

/** Number of the first line that matches, from 1. */
function lineWith(part: string): number {
  return text.split('\n').findIndex((line) => line.includes(part)) + 1;
}

describe('import of JSON Lines', () => {
  it('gives a session whose JSON Lines are the same, to the byte', async () => {
    const { tools, writers } = importTools();
    const fractions: number[] = [];
    const outcome = await importJsonLines(fileOf(text), {
      tools,
      tell: (done) => fractions.push(done),
      signal: never,
    });
    const copy = writers[0]!.reader();
    expect(await (await collectExport(jsonLinesExporter, copy)).blob.text()).toBe(text);
    expect(outcome.notes).toEqual([
      'JSON Lines hold results only: there are no pictures in this session.',
    ]);
    expect(copy.header.gaps).toEqual(session.header.gaps);
    const { boxCount: _, ...expected } = session.header.resultSets[0]!;
    expect(copy.header.resultSets[0]).toMatchObject(expected);
    expect(fractions.at(-1)).toBe(1);
  });

  it('reads Windows line ends, empty lines, and a last line without an end', async () => {
    const { tools, writers } = importTools();
    const windows = text.trimEnd().replaceAll('\n', '\r\n\r\n');
    await importJsonLines(fileOf(windows), { tools, tell: () => undefined, signal: never });
    const copy = writers[0]!.reader();
    expect(await (await collectExport(jsonLinesExporter, copy)).blob.text()).toBe(text);
  });

  it.each<[string, () => File, RegExp]>([
    ['nothing', () => fileOf(''), /expected lines of JSON, found an empty file/],
    ['other text', () => fileOf('Dear Sir,\n'), /line 1: expected JSON, found "Dear Sir,"/],
    [
      'other JSON',
      () => fileOf('{"type":"x"}\n'),
      /line 1: expected "schema": "resight-session-events"/,
    ],
    [
      'bytes that are no text',
      () => fileOf(new Uint8Array([123, 255, 254, 10])),
      /line 1: expected text in UTF-8/,
    ],
    [
      'a later version',
      () => withLine(1, (line) => line.replace('"version":1', '"version":2')),
      /line 1.*version 2.*update the app/,
    ],
    [
      'no camera',
      () => withLine(1, (line) => line.replace(/"cameras":\[.*?\}\]/, '"cameras":[]')),
      /line 1: expected .* at cameras/,
    ],
    ['a line that is cut', () => withLine(9, (line) => line.slice(0, 30)), /line 9: expected JSON/],
    [
      'a line of a new kind',
      () => withLine(5, () => '{"type":"speech"}'),
      /line 5: expected a gap, track, sighting or frame, found "speech"/,
    ],
    [
      'a time that is text',
      () =>
        withLine(lineWith('"frame"'), (line) =>
          line.replace(/"captureTimeUs":\d+/, '"captureTimeUs":"now"'),
        ),
      /expected number at captureTimeUs, found "now"/,
    ],
    [
      'frames out of order',
      () =>
        withLine(lineWith('"frame"') + 4, (line) =>
          line.replace(/"captureTimeUs":\d+/, '"captureTimeUs":1'),
        ),
      /expected a time after \d+ us, that of the frame before, found 1 us/,
    ],
    [
      'a frame of an unknown camera',
      () => withLine(lineWith('"frame"'), (line) => line.replace('camera-a', 'camera-z')),
      /expected a camera of the session, found "camera-z"/,
    ],
    [
      'a score above 1',
      () => withLine(lineWith('"score":0'), (line) => line.replace(/"score":0[.\d]*/, '"score":7')),
      /expected <=1 at boxes.*score, found 7/,
    ],
    [
      'a box inside out',
      () =>
        withLine(lineWith('"box":['), (line) =>
          line.replace(/"box":\[[^\]]*\]/, '"box":[9,9,1,1]'),
        ),
      /expected a box near a picture of 640x360 px, found 9, 9 to 1, 1/,
    ],
    [
      'a box light years away',
      () =>
        withLine(lineWith('"box":['), (line) =>
          line.replace(/"box":\[[^\]]*\]/, '"box":[0,0,1e300,1]'),
        ),
      /expected a box near a picture/,
    ],
    [
      'a descriptor of half a number',
      () =>
        withLine(lineWith('"descriptor":{'), (line) =>
          line.replace(/"values":"[^"]*"/, '"values":"AAAB!"'),
        ),
      /descriptor.values/,
    ],
  ])('refuses %s, and says where', async (_, file, expected) => {
    const { code, message } = await refusalOf(file());
    expect(code).toBe('IMPORT_REFUSED');
    expect(message).toMatch(/^events\.jsonl/);
    expect(message).toMatch(expected);
  });

  it('refuses a line without end before it fills the memory', async () => {
    const { message } = await refusalOf(fileOf(`{"type":"${'x'.repeat(9_000_000)}`));
    expect(message).toMatch(/line 1: expected at most 4194304 characters, found more/);
  });

  it('is never stopped by lines someone meddled with: it takes them or refuses them', async () => {
    const lines = text.split('\n');
    const meddling = fc.record({
      line: fc.nat({ max: lines.length - 2 }),
      at: fc.nat({ max: 400 }),
      put: fc.oneof(
        fc.string({ maxLength: 4 }),
        fc.constantFrom('null', '-1', '1e999', '{}', '[]', '"\\u0000"', '__proto__'),
      ),
      cut: fc.nat({ max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(meddling, async ({ line, at, put, cut }) => {
        const file = withLine(line + 1, (old) => old.slice(0, at) + put + old.slice(at + cut));
        const { tools, writers } = importTools();
        try {
          await importJsonLines(file, { tools, tell: () => undefined, signal: never });
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          for (const { fate } of writers) expect(fate).toBe('discarded');
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
