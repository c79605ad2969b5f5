import { describe, expect, it } from 'vitest';
import type { SessionFrame, SessionReader, SessionSighting } from '../../../src/contracts/session';
import {
  createVideoOverlayExporter,
  encodableCodec,
  type BoxPainter,
  type OpenBoxPainter,
} from '../../../src/sinks/export/video-overlay';
import { IDENTITY_COLORS } from '../../../src/sinks/overlay/marks';
import { RecordedPainter } from '../../../src/sinks/overlay/recorded-painter';
import { collectExport, requestOf } from '../../support/collect-export';
import { alteredSession, makeSession, MADE_RESULT_SET } from '../../support/make-session';
import { watchFrames } from '../sources/frame-census';
import {
  boxCentreOf,
  makeNumberedSession,
  NUMBERED_HEIGHT_PX,
  NUMBERED_WIDTH_PX,
  stallingTimesUs,
} from '../replay/numbered-session';
import { MemoryScratch } from './memory-scratch';
import { happens, openInElement, probe, readPictures } from './read-video';

const TIMES_US = stallingTimesUs(180);

/** One vehicle with number 1, so that its box has a colour of its own. */
async function session(
  isAnalysed: (index: number) => boolean = () => true,
): Promise<SessionReader> {
  const recorded = await makeNumberedSession({
    container: 'webm',
    timesUs: TIMES_US,
    framesPerSegment: 60,
    keyFrameIntervalS: 1,
    isAnalysed,
  });
  const [made] = await makeSession().sightings(MADE_RESULT_SET);
  if (!made) throw new Error('Expected a sighting');
  const sighting: SessionSighting = {
    ...made,
    startUs: TIMES_US[0] ?? 0,
    endUs: TIMES_US.at(-1) ?? 0,
  };
  return alteredSession(recorded, { sightings: () => Promise.resolve([sighting]) });
}

/** Fills boxes with white, so that an encoded picture still tells exactly where they are. */
class WhitePainter implements BoxPainter {
  readonly #canvas = new OffscreenCanvas(NUMBERED_WIDTH_PX, NUMBERED_HEIGHT_PX);
  #frame: SessionFrame | null = null;

  update(frame: SessionFrame | null): void {
    this.#frame = frame;
  }

  paint(): OffscreenCanvas {
    const context = contextOf(this.#canvas);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.fillStyle = 'white';
    for (const { box } of this.#frame?.boxes ?? []) {
      context.fillRect(box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1);
    }
    return this.#canvas;
  }

  dispose(): void {
    this.#frame = null;
  }
}

async function exporterWith(
  scratch: MemoryScratch,
  openPainter: OpenBoxPainter = () => new WhitePainter(),
) {
  const codec = await encodableCodec(NUMBERED_WIDTH_PX, NUMBERED_HEIGHT_PX);
  return createVideoOverlayExporter({ codec, openScratch: scratch.open, openPainter });
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('Expected a 2D context, got none');
  return context;
}

/** The frame whose box is white in a picture; boxes are 30 by 20 px and 6 px apart. Null: there is none. */
function drawnIndex(canvas: OffscreenCanvas | HTMLCanvasElement): number | null {
  const context = contextOf(new OffscreenCanvas(NUMBERED_WIDTH_PX, NUMBERED_HEIGHT_PX));
  context.drawImage(canvas, 0, 0);
  const { data, width } = context.getImageData(0, 0, NUMBERED_WIDTH_PX, NUMBERED_HEIGHT_PX);
  const isWhite = (x: number, y: number): boolean => (data[(y * width + x) * 4 + 1] ?? 0) > 170;
  for (let index = 0; index < TIMES_US.length; index += 1) {
    const { x, y } = boxCentreOf(index);
    const inside = [
      [x - 12, y],
      [x + 12, y],
      [x, y - 7],
      [x, y + 7],
    ] as const;
    // The frame's number is drawn above.
    const outside = [
      [x - 18, y],
      [x + 18, y],
      [x, y + 13],
    ] as const;
    const isHere =
      inside.every(([at, row]) => isWhite(at, row)) &&
      outside.every(([at, row]) => at < 0 || !isWhite(at, row));
    if (isHere) return index;
  }
  return null;
}

describe('video with boxes', () => {
  it('has the box of each picture burned into that picture', async () => {
    const scratch = new MemoryScratch();
    const exporter = await exporterWith(scratch);
    const recorded = await session();
    const census = watchFrames();
    const { blob, summary } = await collectExport(exporter, recorded);
    census.stop();
    expect(census.seenCount).toBeGreaterThan(2 * TIMES_US.length);
    expect(census.openCount()).toBe(0);
    expect(summary).toMatchObject({ recordCount: TIMES_US.length, notes: [] });
    const drawn: (number | null)[] = [];
    const pictures = await readPictures(blob, (canvas) => drawn.push(drawnIndex(canvas)));
    expect(pictures.map(({ number }) => number)).toEqual(TIMES_US.map((_, index) => index));
    expect(drawn).toEqual(TIMES_US.map((_, index) => index));
    for (const [index, { timeS }] of pictures.entries()) {
      const captureUs = (TIMES_US[index] ?? NaN) - (TIMES_US[0] ?? NaN);
      expect(Math.abs(timeS * 1e6 - captureUs)).toBeLessThanOrEqual(1500);
    }
    expect(scratch.openCount).toBe(0);
  });

  it('is cut exactly, and keeps the last results on pictures that were not analysed', async () => {
    const exporter = await exporterWith(new MemoryScratch());
    const range = { startUs: TIMES_US[70] ?? 0, endUs: TIMES_US[90] ?? 0 };
    const recorded = await session((index) => index % 3 === 0);
    const { blob, summary } = await collectExport(exporter, recorded, { range });
    expect(summary.recordCount).toBe(21);
    const drawn: (number | null)[] = [];
    const pictures = await readPictures(blob, (canvas) => drawn.push(drawnIndex(canvas)));
    const expected = Array.from({ length: 21 }, (_, index) => 70 + index);
    expect(pictures.map(({ number }) => number)).toEqual(expected);
    expect(drawn).toEqual(expected.map((index) => index - (index % 3)));
  });

  it('has no box where results are older than half a second', async () => {
    const exporter = await exporterWith(new MemoryScratch());
    const recorded = await session((index) => index < 30);
    const drawn: (number | null)[] = [];
    const { blob } = await collectExport(exporter, recorded, {
      range: { startUs: TIMES_US[25] ?? 0, endUs: TIMES_US[60] ?? 0 },
    });
    await readPictures(blob, (canvas) => drawn.push(drawnIndex(canvas)));
    const lastUs = TIMES_US[29] ?? NaN;
    expect(drawn).toEqual(
      TIMES_US.slice(25, 61).map((timeUs, place) => {
        if (timeUs <= lastUs) return 25 + place;
        return timeUs - lastUs <= 500_000 ? 29 : null;
      }),
    );
  });

  it('looks as the live overlay does, and plays in a video element', async () => {
    const exporter = await exporterWith(
      new MemoryScratch(),
      (header, camera, sightings) => new RecordedPainter(header, camera, sightings),
    );
    const recorded = await session();
    const { blob } = await collectExport(exporter, recorded);
    expect(blob.type).toBe(exporter.file(recorded, requestOf(recorded, exporter)).mimeType);
    const { element, close } = await openInElement(blob);
    expect(element.videoWidth).toBe(NUMBERED_WIDTH_PX);
    expect(element.duration).toBeCloseTo(
      ((TIMES_US.at(-1) ?? NaN) - (TIMES_US[0] ?? NaN)) / 1e6,
      0,
    );
    // The vehicle's own colour, at the middle of its box's left side, as far as encoding leaves it.
    const sought = happens(element, 'seeked');
    element.currentTime = ((TIMES_US[120] ?? NaN) - (TIMES_US[0] ?? NaN)) / 1e6 + 0.005;
    await sought;
    const context = contextOf(new OffscreenCanvas(NUMBERED_WIDTH_PX, NUMBERED_HEIGHT_PX));
    context.drawImage(element, 0, 0);
    const { x, y } = boxCentreOf(120);
    const { data } = context.getImageData(Math.round(x - 15), Math.round(y), 1, 1);
    const [red = 0, green = 0, blue = 0] = data;
    expect(IDENTITY_COLORS[1]).toBe('#e69f00');
    expect(red).toBeGreaterThan(blue + 60);
    expect(green).toBeGreaterThan(blue + 20);
    close();
  });

  it('is what ffprobe takes for a faultless video with all pictures', async (context) => {
    const exporter = await exporterWith(new MemoryScratch());
    const probed = await probe((await collectExport(exporter, await session())).blob);
    if (probed === null) return context.skip('there is no ffprobe');
    expect(probed).toMatchObject({ complaints: '', frameCount: TIMES_US.length });
  });

  it('closes every picture when it is cancelled', async () => {
    const scratch = new MemoryScratch();
    const exporter = await exporterWith(
      scratch,
      (header, camera, sightings) => new RecordedPainter(header, camera, sightings),
    );
    const recorded = await session();
    const census = watchFrames();
    const abort = new AbortController();
    const writing = exporter.write(
      recorded,
      requestOf(recorded, exporter),
      new WritableStream(),
      (fraction) => {
        if (fraction > 0.3) abort.abort();
      },
      abort.signal,
    );
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    census.stop();
    expect(scratch.openCount).toBe(0);
    expect(census.openCount()).toBe(0);
  });

  it('is refused where nothing can be encoded', async () => {
    const exporter = createVideoOverlayExporter({
      codec: null,
      openScratch: new MemoryScratch().open,
      openPainter: () => new WhitePainter(),
    });
    const recorded = await session();
    expect(exporter.refusal(recorded, requestOf(recorded, exporter))).toMatch(/cannot encode/u);
  });
});
