import type { SizePx } from '../../contracts/model';
import { AppError } from '../../core/app-error';

/** What a camera's pictures are encoded as, and what they are put into. */
export interface EncoderChoice {
  readonly container: 'mp4' | 'webm';
  readonly config: VideoEncoderConfig;
}

/** Level by what it allows, smallest first: samples (H.264: blocks of 16 x 16) a second, and in one picture. */
type LevelTable = readonly (readonly [code: string, perSecond: number, perPicture: number])[];

/** ITU-T H.264, table A-1; the code is ten times the level, hexadecimal. */
const H264_LEVELS: LevelTable = [
  ['1e', 40_500, 1_620],
  ['1f', 108_000, 3_600],
  ['20', 216_000, 5_120],
  ['28', 245_760, 8_192],
  ['2a', 522_240, 8_704],
  ['32', 589_824, 22_080],
  ['33', 983_040, 36_864],
  ['34', 2_073_600, 36_864],
];
/** VP9 bitstream specification, annex A. */
const VP9_LEVELS: LevelTable = [
  ['30', 20_736_000, 552_960],
  ['31', 36_864_000, 983_040],
  ['40', 83_558_400, 2_228_224],
  ['41', 160_432_128, 2_228_224],
  ['50', 311_951_360, 8_912_896],
  ['51', 588_251_136, 8_912_896],
  ['52', 1_176_502_272, 8_912_896],
];

/** Best first: high, main, and the baseline that every encoder has. */
const H264_PROFILES = ['6400', '4d00', '42e0'] as const;

/** Bits a pixel: 2.8 Mbit/s at 720p and 30 frames a second, 1.2 GB an hour. VP9 needs about a third less for the same picture. */
const H264_BITS_PER_PIXEL = 0.1;
const VP9_BITS_PER_PIXEL = 0.07;
/** Below it small pictures fall apart when much moves, above it nothing is seen of what it costs. */
const MIN_BITRATE = 400_000;
const MAX_BITRATE = 20_000_000;
/** When the source does not tell. */
const USUAL_FRAMES_PER_SECOND = 30;

/** Whether a browser can encode so; `VideoEncoder.isConfigSupported` unless a test has its own. */
export type IsSupported = (config: VideoEncoderConfig) => Promise<boolean>;

/**
 * Picks what this browser can encode at this size: H.264 in MP4, which plays everywhere, else VP9 in WebM. `size` has even
 * sides. Throws AppError ENCODER_UNSUPPORTED.
 */
export async function chooseEncoder(
  size: SizePx,
  framesPerSecond: number | null,
  isSupported: IsSupported = askBrowser,
): Promise<EncoderChoice> {
  for (const choice of candidates(size, framesPerSecond ?? USUAL_FRAMES_PER_SECOND)) {
    if (await isSupported(choice.config)) return choice;
  }
  throw new AppError(
    'ENCODER_UNSUPPORTED',
    `Expected an encoder for H.264 or VP9 at ${size.widthPx}x${size.heightPx}, found none in this browser`,
  );
}

/** The largest picture within a size that encoders take: an odd last column or row is left out. */
export function evenSize({ widthPx, heightPx }: SizePx): SizePx {
  return { widthPx: even(widthPx), heightPx: even(heightPx) };
}

function even(lengthPx: number): number {
  return Math.max(2, lengthPx - (lengthPx % 2));
}

function candidates(size: SizePx, framesPerSecond: number): readonly EncoderChoice[] {
  const { widthPx, heightPx } = size;
  const blockCount = Math.ceil(widthPx / 16) * Math.ceil(heightPx / 16);
  const h264Level = levelFor(H264_LEVELS, blockCount, framesPerSecond);
  const vp9Level = levelFor(VP9_LEVELS, widthPx * heightPx, framesPerSecond);
  const base = {
    width: widthPx,
    height: heightPx,
    framerate: framesPerSecond,
    // Pictures come out as they go in, and none is put off for others.
    latencyMode: 'realtime',
  } as const;
  const h264 = H264_PROFILES.map((profile): EncoderChoice => ({
    container: 'mp4',
    config: {
      ...base,
      codec: `avc1.${profile}${h264Level}`,
      bitrate: bitrateFor(size, framesPerSecond, H264_BITS_PER_PIXEL),
      // Containers want the parameter sets apart from the pictures.
      avc: { format: 'avc' },
    },
  }));
  const vp9: EncoderChoice = {
    container: 'webm',
    config: {
      ...base,
      codec: `vp09.00.${vp9Level}.08`,
      bitrate: bitrateFor(size, framesPerSecond, VP9_BITS_PER_PIXEL),
    },
  };
  return [...h264, vp9];
}

/** The lowest level that allows it; the highest when none does, and the browser has the say. */
function levelFor(levels: LevelTable, perPicture: number, framesPerSecond: number): string {
  const fits = levels.find(
    ([, maxPerSecond, maxPerPicture]) =>
      perPicture * framesPerSecond <= maxPerSecond && perPicture <= maxPerPicture,
  );
  return (fits ?? levels[levels.length - 1] ?? levels[0])?.[0] ?? '';
}

function bitrateFor(size: SizePx, framesPerSecond: number, bitsPerPixel: number): number {
  const wanted = size.widthPx * size.heightPx * framesPerSecond * bitsPerPixel;
  return Math.round(Math.min(Math.max(wanted, MIN_BITRATE), MAX_BITRATE));
}

async function askBrowser(config: VideoEncoderConfig): Promise<boolean> {
  // Absent in browsers without WebCodecs; the type library has it everywhere.
  if (typeof VideoEncoder === 'undefined') return false;
  const { supported } = await VideoEncoder.isConfigSupported(config);
  return supported === true;
}
