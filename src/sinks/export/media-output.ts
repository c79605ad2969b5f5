import {
  Mp4OutputFormat,
  Output,
  StreamTarget,
  WebMOutputFormat,
  type OutputFormat,
  type StreamTargetChunk,
} from 'mediabunny';
import type { ByteOutput } from './byte-output';

/** Bytes gathered before they are written: a packet alone is too little for a disk. */
const CHUNK_BYTES = 2 ** 20;
/** What finding an index and lists of pictures add to the pictures themselves. */
const OVERHEAD_BYTES = 2 ** 20;

/** A file that can be written at any position, for formats whose beginning is known only at their end. */
export interface ScratchFile {
  write(bytes: Uint8Array, position: number): void;
  /** Everything written. No more writes then. */
  read(): Promise<Blob>;
  remove(): Promise<void>;
}

/** Makes a scratch file; null where there is no room for so many bytes, or no such files. */
export type OpenScratch = (byteCount: number) => Promise<ScratchFile | null>;

/** How much is going to be written, to prepare for it. */
export interface MediaSize {
  readonly byteCount: number;
  readonly packetCount: number;
}

/** What holds the video. */
export type MediaContainer = 'mp4' | 'webm';

/** Written when there was no room for a scratch file. */
export const STREAMED_NOTE =
  'There was no room to write the file in two steps: some players cannot jump within it.';

/**
 * Makes a video file of what `write` adds to the muxer, as one that every player can jump in: written to a scratch file first, and
 * copied from there to `output`. Without one it is written as it comes, in pieces. Returns whether it was whole.
 */
export async function writeMedia(
  output: ByteOutput,
  container: MediaContainer,
  size: MediaSize,
  openScratch: OpenScratch,
  write: (media: Output) => Promise<void>,
): Promise<boolean> {
  const scratch = await openScratch(size.byteCount + OVERHEAD_BYTES);
  try {
    const target = scratch ? scratchStream(scratch) : appendStream(output);
    const media = new Output({
      format: formatOf(container, scratch !== null),
      target: new StreamTarget(target, { chunked: true, chunkSize: CHUNK_BYTES }),
    });
    try {
      await write(media);
      await media.finalize();
    } catch (error) {
      await media.cancel();
      throw error;
    }
    if (scratch) await copy(await scratch.read(), output);
    return scratch !== null;
  } finally {
    await scratch?.remove();
  }
}

function formatOf(container: MediaContainer, isSeekable: boolean): OutputFormat {
  if (container === 'webm') return new WebMOutputFormat({ appendOnly: !isSeekable });
  // With room reserved for it the index stands in front, and the file plays while it is still being loaded.
  return new Mp4OutputFormat({ fastStart: isSeekable ? 'reserve' : 'fragmented' });
}

function scratchStream(scratch: ScratchFile): WritableStream<StreamTargetChunk> {
  return new WritableStream({
    write: ({ data, position }) => {
      scratch.write(data, position);
    },
  });
}

function appendStream(output: ByteOutput): WritableStream<StreamTargetChunk> {
  let end = 0;
  return new WritableStream({
    write: async ({ data, position }) => {
      if (position !== end)
        throw new RangeError(`Expected the muxer to go on at byte ${end}, it went to ${position}`);
      end += data.byteLength;
      await output.write(data);
    },
  });
}

async function copy(file: Blob, output: ByteOutput): Promise<void> {
  for (let start = 0; start < file.size; start += CHUNK_BYTES) {
    const piece = file.slice(start, start + CHUNK_BYTES);
    await output.write(new Uint8Array(await piece.arrayBuffer()));
  }
}
