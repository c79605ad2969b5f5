import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../../src/contracts/session';
import { BLOCK_HEADER_BYTES } from '../../../src/core/session-format/block-header';
import { indexBlocks } from '../../../src/core/session-format/block-index';
import { encodeBlock } from '../../../src/core/session-format/encode-block';
import { findTear } from '../../../src/core/session-format/find-tear';
import { ResultsFile } from '../../../src/core/session-format/results-file';
import { anyBlocks, anyEvent } from './any-events';
import {
  asStored,
  fileOf,
  frameEvent,
  sessionFrame,
  sessionSighting,
  sessionTrack,
} from './session-fixtures';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const eventsOf = (file: Blob): Promise<SessionEvent[]> => all(new ResultsFile(file).events());

async function bytesOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer());
}

describe('a results file', () => {
  test('gives back every event, in order, as 32-bit floats and score steps keep it', async () => {
    await fc.assert(
      fc.asyncProperty(anyBlocks, async (blocks) => {
        expect(await eventsOf(fileOf(...blocks))).toEqual(blocks.flat().map(asStored));
      }),
      { numRuns: 150 },
    );
  });

  test('cut at any byte gives exactly the blocks that are complete, and can be cut there', async () => {
    await fc.assert(
      fc.asyncProperty(anyBlocks, fc.nat(), async (blocks, cutSeed) => {
        const file = fileOf(...blocks);
        const cut = file.slice(0, cutSeed % (file.size + 1));
        const { blocks: entries } = await indexBlocks(file);
        const ends = [...entries.slice(1).map(({ offset }) => offset), file.size];
        const completeCount = entries.filter((_, index) => ends[index]! <= cut.size).length;
        expect(await eventsOf(cut)).toEqual(blocks.slice(0, completeCount).flat().map(asStored));
        const completeByteCount = entries[completeCount]?.offset ?? file.size;
        const index = await indexBlocks(cut);
        expect(index.completeByteCount).toBe(completeByteCount);
        expect(index.tornByteCount).toBe(cut.size - completeByteCount);
        expect(await findTear(cut)).toBe(completeByteCount);
      }),
      { numRuns: 150 },
    );
  });

  test('with any byte changed is noticed as damaged, whichever way it is read', async () => {
    const someBlocks = fc.array(fc.array(anyEvent, { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(
        someBlocks,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (blocks, place, change) => {
          const bytes = await bytesOf(fileOf(...blocks));
          const at = place % bytes.length;
          bytes[at] = bytes[at]! ^ change;
          await expect(eventsOf(new Blob([bytes]))).rejects.toMatchObject({
            code: 'SESSION_DAMAGED',
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('names the damaged block, what was expected and what was found', async () => {
    const bytes = await bytesOf(fileOf([frameEvent(0)], [frameEvent(1)], [frameEvent(2)]));
    const blockBytes = bytes.length / 3;
    bytes[blockBytes + BLOCK_HEADER_BYTES + 5]! ^= 1;
    await expect(eventsOf(new Blob([bytes]))).rejects.toThrow(
      /^Results block 1: expected payload checksum \d+, found \d+$/,
    );
  });

  test('refuses blocks that were put into another order, or left out', async () => {
    const first = encodeBlock([frameEvent(0)], 0);
    const second = encodeBlock([frameEvent(1)], 1);
    for (const parts of [[second, first], [second], [first, first]])
      await expect(indexBlocks(new Blob(parts))).rejects.toThrow(/expected block number/);
  });

  test('refuses a format it does not know', async () => {
    const block = encodeBlock([frameEvent(0)], 0);
    block[4] = 2;
    await expect(indexBlocks(new Blob([block]))).rejects.toMatchObject({ code: 'SESSION_DAMAGED' });
  });

  test('that is empty has nothing in it', async () => {
    expect(await eventsOf(new Blob([]))).toEqual([]);
    expect(await findTear(new Blob([]))).toBe(0);
  });
});

describe('frames', () => {
  test('come by time although cameras were written in turn', async () => {
    const file = fileOf(
      [frameEvent(0), frameEvent(20), frameEvent(40)],
      [frameEvent(10, 1, 'b'), frameEvent(30, 1, 'b'), frameEvent(60)],
      [frameEvent(50, 1, 'b'), frameEvent(60, 2, 'b')],
    );
    const frames = await all(new ResultsFile(file).frames(null));
    expect(frames.map(({ captureTimeUs }) => captureTimeUs)).toEqual([
      0, 10, 20, 30, 40, 50, 60, 60,
    ]);
    expect(frames.at(-1)).toEqual(sessionFrame(60, 2, 'b'));
  });

  test('of a stretch of time are those within it, its ends included', async () => {
    const file = fileOf([frameEvent(0), frameEvent(10)], [frameEvent(20), frameEvent(30)]);
    const frames = await all(new ResultsFile(file).frames({ startUs: 10, endUs: 20 }));
    expect(frames.map(({ captureTimeUs }) => captureTimeUs)).toEqual([10, 20]);
  });

  test('of a stretch of time are found without reading the blocks before', async () => {
    const bytes = await bytesOf(fileOf([frameEvent(0)], [frameEvent(1_000)]));
    bytes[BLOCK_HEADER_BYTES]! ^= 1; // would be noticed if it was read
    const file = new ResultsFile(new Blob([bytes]));
    const frames = await all(file.frames({ startUs: 1_000, endUs: 1_000 }));
    expect(frames).toEqual([sessionFrame(1_000)]);
    await expect(all(file.frames(null))).rejects.toMatchObject({ code: 'SESSION_DAMAGED' });
  });
});

describe('tracks and sightings', () => {
  test('come by their first time, the last told of each', async () => {
    const early = sessionSighting({ id: 'early', startUs: 5 });
    const late = sessionSighting({ id: 'late', startUs: 9 });
    const lateAgain = { ...late, hitCount: 99, descriptor: null };
    const file = new ResultsFile(
      fileOf(
        [
          { type: 'sighting', sighting: late },
          { type: 'track', track: sessionTrack({ trackId: 2, firstSeenUs: 8 }) },
        ],
        [
          { type: 'sighting', sighting: early },
          { type: 'track', track: sessionTrack({ trackId: 1, firstSeenUs: 7 }) },
          { type: 'sighting', sighting: lateAgain },
        ],
      ),
    );
    expect(await file.sightings()).toEqual([early, lateAgain]);
    expect((await file.tracks()).map(({ trackId }) => trackId)).toEqual([1, 2]);
  });
});

describe('what could not be read back', () => {
  test.for<[string, () => SessionEvent]>([
    ['a coordinate that is no number', () => withBox({ x1: NaN })],
    ['a coordinate beyond 32-bit floats', () => withBox({ x2: 1e39 })],
    ['a time without end', () => frameEvent(Infinity)],
    ['a time beyond 2^51', () => frameEvent(2 ** 52)],
    ['a similarity that is no number', () => withSimilarity(NaN)],
    ['a track id that is no whole number', () => track({ trackId: 1.5 })],
    ['a score above 1', () => withScore(1.01)],
    ['a descriptor with an infinite number', () => withDescriptor([Infinity])],
  ])('is refused when it is written: %s', ([, event]) => {
    expect(() => encodeBlock([event()], 0)).toThrow();
  });

  function withBox(change: Partial<{ x1: number; x2: number }>): SessionEvent {
    const frame = sessionFrame(0);
    const [box] = frame.boxes;
    return {
      type: 'frame',
      frame: { ...frame, boxes: [{ ...box!, box: { ...box!.box, ...change } }] },
    };
  }

  function withScore(score: number): SessionEvent {
    const frame = sessionFrame(0);
    return { type: 'frame', frame: { ...frame, boxes: [{ ...frame.boxes[0]!, score }] } };
  }

  function withSimilarity(similarity: number): SessionEvent {
    const sighting = sessionSighting();
    return {
      type: 'sighting',
      sighting: { ...sighting, decision: { ...sighting.decision, similarity } },
    };
  }

  function withDescriptor(values: readonly number[]): SessionEvent {
    const descriptor = { space: 'x', values: Float32Array.from(values) };
    return { type: 'sighting', sighting: sessionSighting({ descriptor }) };
  }

  function track(change: Parameters<typeof sessionTrack>[0]): SessionEvent {
    return { type: 'track', track: sessionTrack(change) };
  }
});

describe('the end of an interrupted file', () => {
  test('is found before zeros and half-written blocks of full length', async () => {
    const first = encodeBlock([frameEvent(0)], 0);
    const halfWritten = encodeBlock([frameEvent(1)], 1);
    halfWritten.fill(0, BLOCK_HEADER_BYTES + 3);
    for (const tail of [new Uint8Array(5_000), halfWritten, new Uint8Array([0x52, 0x53])])
      expect(await findTear(new Blob([first, tail]))).toBe(first.length);
  });

  test('is not looked for before whole blocks: that is damage in the middle', async () => {
    const damaged = encodeBlock([frameEvent(1)], 1);
    damaged[BLOCK_HEADER_BYTES]! ^= 1;
    const file = new Blob([
      encodeBlock([frameEvent(0)], 0),
      damaged,
      encodeBlock([frameEvent(2)], 2),
    ]);
    await expect(findTear(file)).rejects.toThrow(/^Results block 1: expected payload checksum/);
  });
});

describe('an hour of twenty vehicles at ten frames a second', () => {
  test('takes less than 25 bytes a box and is read without holding it all', async () => {
    const blocks: Uint8Array<ArrayBuffer>[] = [];
    for (let second = 0; second < 3_600; second += 2) {
      const events = Array.from({ length: 20 }, (_, frame) =>
        frameEvent(second * 1e6 + frame * 1e5, 20),
      );
      blocks.push(encodeBlock(events, blocks.length));
    }
    const file = new Blob(blocks);
    let boxCount = 0;
    const start = performance.now();
    for await (const frame of new ResultsFile(file).frames(null)) boxCount += frame.boxes.length;
    const readMs = performance.now() - start;
    expect(boxCount).toBe(720_000);
    expect(file.size / boxCount).toBeLessThan(25);
    console.info(
      `one hour: ${(file.size / 1e6).toFixed(1)} MB, ${(file.size / boxCount).toFixed(2)} bytes a box, ` +
        `read in ${readMs.toFixed(0)} ms`,
    );
  });
});
