import { describe, expect, it } from 'vitest';
import type { CameraId } from '../../../../src/contracts/frame';
import type { SessionFrame } from '../../../../src/contracts/session';
import { motExporter } from '../../../../src/sinks/export/mot';
import { createReidCropsExporter } from '../../../../src/sinks/export/reid-crops';
import { collectExport, requestOf } from '../../../support/collect-export';
import { MADE_RESULT_SET, makeSession } from '../../../support/make-session';
import { readMot, readSequenceInfo } from '../../../support/read-mot';
import { unzip } from '../../../support/unzip';

async function textOf(contents: ReadonlyMap<string, Blob>, name: string): Promise<string> {
  const part = contents.get(name);
  if (!part) throw new Error(`Expected ${name}, found ${[...contents.keys()].join(', ')}`);
  return part.text();
}

describe('MOTChallenge', () => {
  it('has for each camera a result that an independent reader takes, and what its sequence is', async () => {
    const session = makeSession({ durationS: 12, cameraCount: 2 });
    const { blob, summary } = await collectExport(motExporter, session);
    const contents = await unzip(blob);
    expect([...contents.keys()].sort()).toEqual([
      'c1-Camera-A.txt',
      'c1-Camera-A/frames.csv',
      'c1-Camera-A/seqinfo.ini',
      'c2-Camera-B.txt',
      'c2-Camera-B/frames.csv',
      'c2-Camera-B/seqinfo.ini',
    ]);
    const known = new Set((await session.tracks(MADE_RESULT_SET)).map(({ trackId }) => trackId));
    const frames = new Map<CameraId, SessionFrame[]>();
    for await (const frame of session.frames(MADE_RESULT_SET, null)) {
      frames.set(frame.cameraId, [...(frames.get(frame.cameraId) ?? []), frame]);
    }
    let boxCount = 0;
    for (const [cameraId, name] of [
      ['camera-a', 'c1-Camera-A'],
      ['camera-b', 'c2-Camera-B'],
    ] as const) {
      const boxes = readMot(await textOf(contents, `${name}.txt`));
      boxCount += boxes.length;
      const stored = frames.get(cameraId) ?? [];
      const expected = stored.flatMap((frame, index) =>
        frame.boxes
          .filter(({ score, trackId }) => score !== null && known.has(trackId))
          .map(({ trackId, box, score }) => ({ frame: index + 1, id: trackId, box, score })),
      );
      expect(boxes).toHaveLength(expected.length);
      for (const [index, { frame, id, box, score }] of expected.entries()) {
        const read = boxes[index];
        expect(read).toMatchObject({ frame, id });
        expect(read?.left).toBeCloseTo(box.x1, 2);
        expect(read?.top).toBeCloseTo(box.y1, 2);
        expect((read?.left ?? NaN) + (read?.width ?? NaN)).toBeCloseTo(box.x2, 1);
        expect((read?.top ?? NaN) + (read?.height ?? NaN)).toBeCloseTo(box.y2, 1);
        expect(read?.confidence).toBeCloseTo(score ?? NaN, 3);
      }
      expect(readSequenceInfo(await textOf(contents, `${name}/seqinfo.ini`))).toEqual({
        name,
        imDir: 'img1',
        frameRate: '10',
        seqLength: String(stored.length),
        imWidth: '640',
        imHeight: '360',
        imExt: '.jpg',
      });
    }
    expect(summary.recordCount).toBe(boxCount);
  });

  it('tells when each of its frames was', async () => {
    const session = makeSession({ durationS: 3, cameraCount: 2 });
    const contents = await unzip((await collectExport(motExporter, session)).blob);
    const lines = (await textOf(contents, 'c1-Camera-A/frames.csv')).trimEnd().split('\r\n');
    expect(lines[0]).toBe('frame,time_us,time');
    expect(lines[1]).toBe('1,5000123,2026-05-12T12:00:05.000123Z');
    expect(lines).toHaveLength(1 + 30);
  });

  it('is text alone when there is one camera, or one was chosen, and says what its sequence is', async () => {
    const alone = makeSession({ durationS: 12 });
    expect(motExporter.file(alone, requestOf(alone, motExporter)).name).toMatch(/_mot\.txt$/u);
    const { blob, summary } = await collectExport(motExporter, alone);
    const boxes = readMot(await blob.text());
    expect(boxes).toHaveLength(summary.recordCount);
    expect(summary.notes).toEqual([
      'Benchmarks also want a seqinfo.ini with frameRate=10, seqLength=120, imWidth=640, imHeight=360.',
    ]);
    const pair = makeSession({ durationS: 12, cameraCount: 2 });
    expect(motExporter.file(pair, requestOf(pair, motExporter)).name).toMatch(/_mot\.zip$/u);
    const chosen = await collectExport(motExporter, pair, { cameraId: 'camera-b' });
    const tracks = (await pair.tracks(MADE_RESULT_SET)).filter(
      ({ cameraId }) => cameraId === 'camera-b',
    );
    expect(new Set(readMot(await chosen.blob.text()).map(({ id }) => id))).toEqual(
      new Set(tracks.map(({ trackId }) => trackId)),
    );
  });

  it('counts the frames of a range from 1', async () => {
    const session = makeSession({ durationS: 30 });
    const { startUs } = session.header;
    const range = { startUs: startUs + 5e6, endUs: startUs + 8e6 };
    const boxes = readMot(await (await collectExport(motExporter, session, { range })).blob.text());
    expect(boxes[0]?.frame).toBe(1);
    expect(Math.max(...boxes.map(({ frame }) => frame))).toBeLessThanOrEqual(31);
  });

  it('is the same to the last byte when it is written again', async () => {
    const write = async (): Promise<ArrayBuffer> =>
      (await collectExport(motExporter, makeSession({ cameraCount: 2 }))).blob.arrayBuffer();
    expect(Buffer.from(await write()).equals(Buffer.from(await write()))).toBe(true);
  });
});

describe('re-identification crops', () => {
  const exporter = createReidCropsExporter((picture) => Promise.resolve(picture));

  it('are refused with what to do when none were recorded', () => {
    const session = makeSession();
    expect(exporter.refusal(session, requestOf(session, exporter))).toMatch(/before recording/u);
    const pictured = makeSession({ kind: 'crops' });
    expect(exporter.refusal(pictured, requestOf(pictured, exporter))).toBeNull();
  });

  it('are named as in Market-1501: vehicle, camera, sequence, frame, index', async () => {
    const session = makeSession({ durationS: 60, kind: 'crops', cameraCount: 2 });
    const { blob, summary } = await collectExport(exporter, session);
    const names = [...(await unzip(blob)).keys()];
    const sightings = await session.sightings(MADE_RESULT_SET);
    expect(summary.recordCount).toBe(sightings.length);
    expect(names).toHaveLength(sightings.length);
    for (const name of names) {
      expect(name).toMatch(/^bounding_box_train\/\d{4}_c[12]s1_\d{6}_\d{2}\.jpg$/u);
    }
    const vehicles = new Set(names.map((name) => Number(/\/(\d{4})_/u.exec(name)?.[1])));
    expect(vehicles).toEqual(new Set(sightings.map(({ vehicleNumber }) => vehicleNumber)));
    expect(names[0]).toBe('bounding_box_train/0001_c1s1_000001_00.jpg');
  });

  it('name the frame that MOTChallenge counts for the time of the picture', async () => {
    const session = makeSession({ durationS: 60, kind: 'crops' });
    const names = [...(await unzip((await collectExport(exporter, session)).blob)).keys()];
    const sightings = await session.sightings(MADE_RESULT_SET);
    const times: number[] = [];
    for await (const { captureTimeUs } of session.frames(MADE_RESULT_SET, null)) {
      times.push(captureTimeUs);
    }
    expect(names.map((name) => Number(/_(\d{6})_/u.exec(name)?.[1]))).toEqual(
      sightings.map(({ decision }) => times.indexOf(decision.cropTimesUs[0] ?? NaN) + 1),
    );
  });

  it('holds the pictures as they are', async () => {
    const session = makeSession({ kind: 'crops' });
    const [first] = (await unzip((await collectExport(exporter, session)).blob)).values();
    const [sighting] = await session.sightings(MADE_RESULT_SET);
    const stored = await session.part(sighting?.cropPart ?? '');
    expect(await first?.arrayBuffer()).toEqual(await stored.arrayBuffer());
  });
});
