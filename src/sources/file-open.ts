import {
  ADTS,
  BlobSource,
  FLAC,
  Input,
  type InputVideoTrack,
  MATROSKA,
  MatroskaInputFormat,
  MP3,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from 'mediabunny';
import { AppError, isAbort } from '../core/app-error';
import { nameCodec } from './file-codec-name';
import { describeFirstBytes, SNIFF_BYTES } from './file-kind';

/**
 * Containers that are recognised. Sound-only ones are there to be named in an error. HLS playlists
 * are not: they would make the demuxer fetch from the network.
 */
const FORMATS = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS, OGG, WAVE, FLAC, MP3, ADTS];

/** A file whose pictures can be decoded, and what was found out about it. */
export interface OpenedFile {
  /** The holder disposes it. */
  readonly input: Input;
  readonly track: InputVideoTrack;
  /** Seconds that the container's clock shows where the file begins; 0 or more. */
  readonly originS: number;
  /** Length of the file's timeline, from what the container says; null when it says nonsense. */
  readonly durationUs: number | null;
  /** As displayed, after rotation and pixel aspect. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerSecond: number | null;
  readonly codec: string | null;
}

/**
 * Opens a video file and picks the track to analyse. Throws AppError VIDEO_EMPTY, VIDEO_UNREADABLE,
 * VIDEO_NO_PICTURE or VIDEO_CODEC_UNSUPPORTED, and whatever `signal` aborts with.
 */
export async function openVideoFile(file: File, signal: AbortSignal): Promise<OpenedFile> {
  signal.throwIfAborted();
  if (file.size === 0) {
    throw new AppError('VIDEO_EMPTY', `Expected a video, found 0 bytes in "${file.name}"`);
  }
  const input = new Input({ source: new BlobSource(file), formats: FORMATS });
  const dispose = (): void => input.dispose();
  signal.addEventListener('abort', dispose, { once: true });
  try {
    const track = await findTrack(file, input);
    const opened = await describe(file, input, track);
    signal.throwIfAborted();
    return opened;
  } catch (error) {
    input.dispose();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', dispose);
  }
}

async function findTrack(file: File, input: Input): Promise<InputVideoTrack> {
  if (!(await input.canRead())) throw await unreadable(file);
  const container = (await input.getFormat()).name;
  const tracks = await attempt(file, `${container} file with an intact index`, () =>
    input.getTracks(),
  );
  if (tracks.length === 0) {
    throw new AppError(
      'VIDEO_UNREADABLE',
      `Expected a complete ${container} file, found one without an index of its tracks: it was probably cut off`,
    );
  }
  const videoTracks = tracks.filter((track) => track.isVideoTrack());
  if (videoTracks.length === 0) {
    const kinds = tracks.map((track) => track.type).join(', ');
    throw new AppError(
      'VIDEO_NO_PICTURE',
      `Expected a video track in "${file.name}", found only: ${kinds}`,
    );
  }
  for (const track of videoTracks) if (await track.canDecode()) return track;
  const codecs = await Promise.all(videoTracks.map(codecOf));
  throw new AppError(
    'VIDEO_CODEC_UNSUPPORTED',
    `Expected a codec this browser decodes, found ${codecs.map(nameCodec).join(', ')}`,
  );
}

async function codecOf(track: InputVideoTrack): Promise<string> {
  const known = (await track.getCodecParameterString()) ?? (await track.getCodec());
  return known ?? String((await track.getInternalCodecId()) ?? 'an unknown codec');
}

async function describe(file: File, input: Input, track: InputVideoTrack): Promise<OpenedFile> {
  return attempt(file, 'readable list of pictures', async () => {
    const originS = Math.max(0, await input.getFirstTimestamp());
    const endS = await findEnd(input, track);
    const { bestGuessFrameRate } = await track.computeFrameRateMetrics();
    return {
      input,
      track,
      originS,
      // Damaged files state nonsense.
      durationUs: endS > originS ? Math.round((endS - originS) * 1e6) : null,
      widthPx: await track.getDisplayWidth(),
      heightPx: await track.getDisplayHeight(),
      framesPerSecond:
        Number.isFinite(bestGuessFrameRate) && bestGuessFrameRate > 0 ? bestGuessFrameRate : null,
      codec: await track.getCodecParameterString(),
    };
  });
}

/**
 * End of the last picture, container seconds. What MP4 states is the first fragment's alone where
 * Chromium 156 recorded it, and its index is at hand anyway; Matroska, where reading all the
 * packets takes time, is believed, unless a browser recorded it and it states nothing.
 */
async function findEnd(input: Input, track: InputVideoTrack): Promise<number> {
  const isMatroska = (await input.getFormat()) instanceof MatroskaInputFormat;
  const statedS = isMatroska ? await track.getDurationFromMetadata() : null;
  return statedS ?? track.computeDuration();
}

/** Runs a reading step; what the demuxer throws becomes VIDEO_UNREADABLE. */
async function attempt<T>(file: File, expected: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof AppError || isAbort(error)) throw error;
    const found = error instanceof Error ? error.message : String(error);
    throw new AppError('VIDEO_UNREADABLE', `Expected a ${expected} in "${file.name}": ${found}`, {
      cause: error,
    });
  }
}

async function unreadable(file: File): Promise<AppError> {
  return attempt(file, 'file that can still be read', async () => {
    const bytes = new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer());
    return new AppError(
      'VIDEO_UNREADABLE',
      `Expected MP4, MOV, WebM or MKV in "${file.name}", found ${describeFirstBytes(bytes)}`,
    );
  });
}
