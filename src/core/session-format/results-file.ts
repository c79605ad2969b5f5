import type {
  SessionEvent,
  SessionFrame,
  SessionSighting,
  SessionTrack,
  TimeRange,
} from '../../contracts/session';
import { BlobWindow } from './blob-window';
import { indexBlocks, readPayload, type BlockEntry, type BlockIndex } from './block-index';
import { decodeEvents, decodeFrames, decodeRareEvents } from './decode-block';

/**
 * A results file (`.rsl`) opened for reading. Memory stays flat: one stretch of the file and one block at a time, beside some hundred
 * bytes a block for where it is. A last block that was not written to its end is left out; everything throws AppError
 * SESSION_DAMAGED, which names the block, for one that is not as it was written.
 */
export class ResultsFile {
  readonly #file: Blob;
  #index: Promise<BlockIndex> | null = null;

  constructor(file: Blob) {
    this.#file = file;
  }

  /** Where the blocks are; looked up once. */
  index(): Promise<BlockIndex> {
    this.#index ??= indexBlocks(this.#file);
    return this.#index;
  }

  /** Everything, in the order it was appended. */
  async *events(): AsyncGenerator<SessionEvent, void, undefined> {
    for await (const events of this.blocks()) yield* events;
  }

  /** As {@link events}, a block at a time. */
  async *blocks(): AsyncGenerator<readonly SessionEvent[], void, undefined> {
    yield* this.#decode(await this.#blocks(), decodeEvents);
  }

  /** Frames of a stretch of time, or all, by time; those of one time in the order they were appended. Other blocks are not read. */
  async *frames(range: TimeRange | null): AsyncGenerator<SessionFrame, void, undefined> {
    const blocks = (await this.#blocks()).filter(({ header }) => touches(header, range));
    const laterStartsUs = startsAfter(blocks);
    let held: SessionFrame[] = [];
    let blockNumber = 0;
    for await (const frames of this.#decode(blocks, decodeFrames)) {
      held.push(...frames.filter(({ captureTimeUs }) => isWithin(captureTimeUs, range)));
      held.sort((a, b) => a.captureTimeUs - b.captureTimeUs);
      // Cameras that are written in turn may lag: what a later block may still come before waits.
      const laterUs = laterStartsUs[blockNumber] ?? Infinity;
      const firstHeld = held.findIndex(({ captureTimeUs }) => captureTimeUs > laterUs);
      const readyCount = firstHeld < 0 ? held.length : firstHeld;
      yield* held.slice(0, readyCount);
      held = held.slice(readyCount);
      blockNumber += 1;
    }
  }

  /** In order of their first time; of several with one id the last. */
  async tracks(): Promise<readonly SessionTrack[]> {
    const byId = new Map<number, SessionTrack>();
    for await (const event of this.#rareEvents())
      if (event.type === 'track') byId.set(event.track.trackId, event.track);
    return [...byId.values()].sort(
      (a, b) => a.firstSeenUs - b.firstSeenUs || a.trackId - b.trackId,
    );
  }

  /** In order of their first time; of several with one id the last. */
  async sightings(): Promise<readonly SessionSighting[]> {
    const byId = new Map<string, SessionSighting>();
    for await (const event of this.#rareEvents())
      if (event.type === 'sighting') byId.set(event.sighting.id, event.sighting);
    return [...byId.values()].sort((a, b) => a.startUs - b.startUs);
  }

  async *#rareEvents() {
    const blocks = (await this.#blocks()).filter(({ header }) => header.rareEventCount > 0);
    for await (const events of this.#decode(blocks, decodeRareEvents)) yield* events;
  }

  async #blocks(): Promise<readonly BlockEntry[]> {
    return (await this.index()).blocks;
  }

  async *#decode<T>(
    blocks: readonly BlockEntry[],
    decode: (header: BlockEntry['header'], payload: Uint8Array) => T,
  ): AsyncGenerator<T, void, undefined> {
    const window = new BlobWindow(this.#file);
    for (const block of blocks) yield decode(block.header, await readPayload(window, block));
  }
}

function touches({ frameCount, startUs, endUs }: BlockEntry['header'], range: TimeRange | null) {
  return frameCount > 0 && (!range || (startUs <= range.endUs && endUs >= range.startUs));
}

function isWithin(timeUs: number, range: TimeRange | null): boolean {
  return !range || (timeUs >= range.startUs && timeUs <= range.endUs);
}

/** For each block the earliest time of those after it. */
function startsAfter(blocks: readonly BlockEntry[]): readonly number[] {
  const starts: number[] = [];
  let earliest = Infinity;
  for (const { header } of [...blocks].reverse()) {
    starts.push(earliest);
    earliest = Math.min(earliest, header.startUs);
  }
  return starts.reverse();
}
