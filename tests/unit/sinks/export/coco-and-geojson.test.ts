import { describe, expect, it } from 'vitest';
import { cocoExporter } from '../../../../src/sinks/export/coco';
import { geojsonExporter } from '../../../../src/sinks/export/geojson';
import { checkCoco, type CocoFile } from '../../../support/check-coco';
import { collectExport, requestOf } from '../../../support/collect-export';
import { alteredSession, MADE_RESULT_SET, makeSession } from '../../../support/make-session';

async function openCoco(blob: Blob): Promise<CocoFile> {
  return checkCoco(JSON.parse(await blob.text()));
}

describe('COCO', () => {
  it('keeps to the rules of the format: ids, references, boxes within their picture, areas', async () => {
    const session = makeSession({ durationS: 30, cameraCount: 2 });
    const coco = await openCoco((await collectExport(cocoExporter, session)).blob);
    expect(coco.images).toHaveLength(session.header.resultSets[0]?.frameCount ?? NaN);
    expect(coco.annotations.length).toBeGreaterThan(500);
  });

  it('uses the category numbers of the COCO data set', async () => {
    const { categories } = await openCoco((await collectExport(cocoExporter, makeSession())).blob);
    expect(Object.fromEntries(categories.map(({ name, id }) => [name, id]))).toEqual({
      car: 3,
      motorcycle: 4,
      bus: 6,
      truck: 8,
    });
  });

  it('has what was detected, with track and vehicle, and no box that was only predicted', async () => {
    const session = makeSession({ durationS: 12 });
    const coco = await openCoco((await collectExport(cocoExporter, session)).blob);
    const known = new Set((await session.tracks(MADE_RESULT_SET)).map(({ trackId }) => trackId));
    let expected = 0;
    let predicted = 0;
    for await (const { boxes } of session.frames(MADE_RESULT_SET, null)) {
      for (const { trackId, score, box } of boxes) {
        if (score === null) predicted += 1;
        else if (known.has(trackId) && box.x2 > 0 && box.x1 < 640) expected += 1;
      }
    }
    expect(predicted).toBeGreaterThan(0);
    expect(coco.annotations).toHaveLength(expected);
    for (const { track_id, attributes } of coco.annotations) {
      expect(known.has(track_id)).toBe(true);
      expect(attributes.vehicle_number).toEqual(expect.any(Number));
    }
  });

  it('names pictures by camera and time', async () => {
    const session = makeSession({ labels: ['../../etc/passwd'] });
    const coco = await openCoco((await collectExport(cocoExporter, session)).blob);
    expect(coco.images[0]?.file_name).toBe('c1-etc-passwd/000000005000123.jpg');
    expect(coco.images[0]?.frame_time_us).toBe(session.header.startUs);
  });

  it('is whole even without a single frame', async () => {
    const session = makeSession();
    const range = { startUs: 0, endUs: 1 };
    const coco = await openCoco((await collectExport(cocoExporter, session, { range })).blob);
    expect(coco.images).toEqual([]);
    expect(coco.annotations).toEqual([]);
  });
});

describe('GeoJSON', () => {
  it('is refused with what to do while no camera has a position', () => {
    const session = makeSession();
    const refusal = geojsonExporter.refusal(session, requestOf(session, geojsonExporter));
    expect(refusal).toMatch(/position/u);
    const placed = makeSession({ hasPosition: true });
    expect(geojsonExporter.refusal(placed, requestOf(placed, geojsonExporter))).toBeNull();
  });

  it('has a point a sighting, longitude first', async () => {
    const session = makeSession({ hasPosition: true, cameraCount: 2 });
    const { blob, summary } = await collectExport(geojsonExporter, session);
    const collection = JSON.parse(await blob.text()) as {
      type: string;
      features: readonly {
        type: string;
        id: string;
        geometry: { type: string; coordinates: readonly number[] };
        properties: Record<string, unknown>;
      }[];
    };
    expect(collection.type).toBe('FeatureCollection');
    const sightings = await session.sightings(MADE_RESULT_SET);
    expect(collection.features.map(({ id }) => id)).toEqual(sightings.map(({ id }) => id));
    expect(summary.recordCount).toBe(sightings.length);
    const [first] = collection.features;
    expect(first?.type).toBe('Feature');
    expect(first?.geometry).toEqual({ type: 'Point', coordinates: [-8.25, 47.5] });
    expect(first?.properties).toMatchObject({ vehicle_number: 1, outcome: 'new' });
  });

  it('says how many sightings had no place', async () => {
    const session = makeSession({ hasPosition: true, cameraCount: 2 });
    const [first, second] = session.header.cameras;
    if (!first || !second) throw new Error('Expected two cameras');
    const header = { ...session.header, cameras: [first, { ...second, position: null }] };
    const reader = alteredSession(session, { header });
    const { summary } = await collectExport(geojsonExporter, reader);
    const elsewhere = (await session.sightings(MADE_RESULT_SET)).filter(
      ({ cameraId }) => cameraId === second.cameraId,
    );
    expect(summary.notes).toEqual([
      `${elsewhere.length} sightings were left out: their camera has no position.`,
    ]);
  });
});
