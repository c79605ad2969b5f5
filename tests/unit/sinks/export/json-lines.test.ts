import { readFile } from 'node:fs/promises';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import { beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesExporter } from '../../../../src/sinks/export/json-lines';
import { collectExport } from '../../../support/collect-export';
import { MADE_RESULT_SET, makeSession } from '../../../support/make-session';

interface Line {
  readonly type: string;
  readonly captureTimeUs?: number;
  readonly boxes?: readonly {
    readonly trackId: number;
    readonly state: string;
    readonly box: readonly number[];
    readonly score: number | null;
  }[];
}

let validate: ValidateFunction;

beforeAll(async () => {
  const schema = new URL(
    '../../../../src/sinks/export/session-events.schema.json',
    import.meta.url,
  );
  validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(await readFile(schema, 'utf8')) as object,
  );
});

async function linesOf(blob: Blob): Promise<readonly Line[]> {
  const text = await blob.text();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('JSON Lines', () => {
  it('has a first line that names schema and version, and every line follows the schema', async () => {
    const session = makeSession({
      durationS: 50,
      cameraCount: 2,
      kind: 'crops',
      hasPosition: true,
      gap: { from: 0.4, to: 0.5 },
    });
    const { blob, summary } = await collectExport(jsonLinesExporter, session);
    const lines = await linesOf(blob);
    for (const line of lines) {
      expect(validate(line), JSON.stringify([validate.errors, line])).toBe(true);
    }
    expect(lines[0]).toMatchObject({
      type: 'session',
      schema: 'resight-session-events',
      version: 1,
    });
    expect(summary.recordCount).toBe(lines.length);
    expect(new Set(lines.map(({ type }) => type))).toEqual(
      new Set(['session', 'gap', 'track', 'sighting', 'frame']),
    );
  });

  it('is refused by the schema once a field is gone, a word unknown or a number a text', async () => {
    const lines = await linesOf((await collectExport(jsonLinesExporter, makeSession())).blob);
    const frame = lines.find(({ boxes }) => (boxes?.length ?? 0) > 0);
    const { captureTimeUs: _gone, ...incomplete } = frame ?? { type: 'frame' };
    expect(validate(incomplete)).toBe(false);
    const [box] = frame?.boxes ?? [];
    expect(validate({ ...frame, boxes: [{ ...box, state: 'parked' }] })).toBe(false);
    expect(validate({ ...frame, captureTimeUs: '5' })).toBe(false);
    expect(validate({ ...lines[0], version: 2 })).toBe(false);
  });

  it('has every analysed frame with its boxes, hidden ones without a score', async () => {
    const session = makeSession({ durationS: 12 });
    const lines = await linesOf((await collectExport(jsonLinesExporter, session)).blob);
    const frames = lines.filter(({ type }) => type === 'frame');
    let index = 0;
    for await (const frame of session.frames(MADE_RESULT_SET, null)) {
      const line = frames[index];
      expect(line?.captureTimeUs).toBe(frame.captureTimeUs);
      for (const shown of line?.boxes ?? []) {
        const stored = frame.boxes.find(({ trackId }) => trackId === shown.trackId);
        expect(shown.score).toBe(stored?.score);
        const { x1, y1, x2, y2 } = stored?.box ?? { x1: NaN, y1: NaN, x2: NaN, y2: NaN };
        for (const [place, value] of [x1, y1, x2, y2].entries()) {
          expect(shown.box[place]).toBeCloseTo(value, 2);
        }
      }
      index += 1;
    }
    expect(frames).toHaveLength(index);
    const shown = frames.flatMap(({ boxes }) => boxes ?? []);
    expect(shown.some(({ state }) => state === 'lost')).toBe(true);
    for (const box of shown) if (box.state === 'lost') expect(box.score).toBeNull();
  });

  it('has the tentative beginning of a vehicle, and nothing of what never became one', async () => {
    const session = makeSession({ durationS: 12 });
    const lines = await linesOf((await collectExport(jsonLinesExporter, session)).blob);
    const boxes = lines.flatMap((line) => line.boxes ?? []);
    const known = new Set((await session.tracks(MADE_RESULT_SET)).map(({ trackId }) => trackId));
    const stored = new Set<number>();
    for await (const frame of session.frames(MADE_RESULT_SET, null)) {
      for (const { trackId } of frame.boxes) stored.add(trackId);
    }
    expect([...stored].some((trackId) => !known.has(trackId))).toBe(true);
    expect(boxes.every(({ trackId }) => known.has(trackId))).toBe(true);
    expect(boxes.some(({ state }) => state === 'tentative')).toBe(true);
  });

  it('carries descriptors bit for bit, and leaves them out when asked', async () => {
    const session = makeSession();
    const [sighting] = await session.sightings(MADE_RESULT_SET);
    const descriptorIn = async (
      without: readonly 'descriptors'[],
    ): Promise<{ values: string } | null> => {
      const { blob } = await collectExport(jsonLinesExporter, session, { without });
      const line = (await linesOf(blob)).find(({ type }) => type === 'sighting');
      return (line as unknown as { descriptor: { values: string } | null }).descriptor;
    };
    const values = (await descriptorIn([]))?.values ?? '';
    const bytes = Buffer.from(values, 'base64');
    const floats = Array.from({ length: bytes.length / 4 }, (_, index) =>
      bytes.readFloatLE(index * 4),
    );
    expect(floats).toEqual([...(sighting?.descriptor?.values ?? [])]);
    expect(await descriptorIn(['descriptors'])).toBeNull();
  });

  it('cuts frames to the range and says which one it is', async () => {
    const session = makeSession({ durationS: 30 });
    const { startUs } = session.header;
    const range = { startUs: startUs + 5e6, endUs: startUs + 8e6 };
    const lines = await linesOf((await collectExport(jsonLinesExporter, session, { range })).blob);
    expect(lines[0]).toMatchObject(range);
    const times = lines.flatMap(({ captureTimeUs }) => captureTimeUs ?? []);
    expect(times.length).toBeGreaterThan(25);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(range.startUs);
    expect(Math.max(...times)).toBeLessThanOrEqual(range.endUs);
  });

  it('is the same to the last byte when it is written again', async () => {
    const text = async (): Promise<string> =>
      (await collectExport(jsonLinesExporter, makeSession({ cameraCount: 2 }))).blob.text();
    expect(await text()).toBe(await text());
  });
});
