import {
  BlobSource,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MATROSKA,
  MP4,
  MPEG_TS,
  Mp4OutputFormat,
  Output,
  QTFF,
  WEBM,
  WebMOutputFormat,
  type EncodedPacket,
  type InputVideoTrack,
  type VideoCodec,
} from 'mediabunny';
import type { SessionWriter } from '../../contracts/session';
import { AppError } from '../../core/app-error';
import { videoPartName } from '../../core/session-format/part-path';
import { refused } from './import-tools';

/** What is read. Playlists are not: they would make the demuxer fetch from the network. */
const FORMATS = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS];

/** Seconds of a segment, as of a recording; it grows to the next key picture. */
const SEGMENT_S = 4;

/** A segment lies in memory while it is written: a video without key pictures could be all of it. */
const MAX_SEGMENT_BYTES = 512 * 2 ** 20;

/** What containers of segments can hold. */
const CODECS: Readonly<Partial<Record<VideoCodec, 'mp4' | 'webm'>>> = {
  avc: 'mp4',
  hevc: 'mp4',
  vp8: 'webm',
  vp9: 'webm',
  av1: 'webm',
};

/** A video opened to be taken over. */
export interface MotVideo {
  readonly widthPx: number;
  readonly heightPx: number;
  /** When each picture is shown, in order, microseconds from the first. */
  readonly timesUs: readonly number[];
  /** Copies the pictures, not the sound, without encoding anew. `tell` in [0, 1]. Throws AppError IMPORT_REFUSED; AbortError. */
  copyTo(
    writer: SessionWriter,
    cameraId: string,
    tell: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<void>;
  close(): void;
}

/** Opens a video; the caller closes it. Throws AppError IMPORT_REFUSED; AbortError. */
export async function openMotVideo(file: File, signal: AbortSignal): Promise<MotVideo> {
  const input = new Input({ source: new BlobSource(file), formats: FORMATS });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw refused({ file: file.name, line: null }, 'a video', 'no pictures in it');
    const codec = await track.getCodec();
    const container = codec && CODECS[codec];
    const config = await track.getDecoderConfig();
    if (!codec || !container || !config)
      throw refused(
        { file: file.name, line: null },
        `a video in ${Object.keys(CODECS).join(', ')}`,
        codec ?? 'an unknown codec',
      );
    const timesUs = await pictureTimes(file, track, signal);
    const copier = { file, track, codec, container, config, timesUs };
    return {
      widthPx: await track.getDisplayWidth(),
      heightPx: await track.getDisplayHeight(),
      timesUs,
      copyTo: (writer, cameraId, tell, copying) =>
        new VideoCopy(copier, writer, cameraId).run(tell, copying),
      close: () => {
        input.dispose();
      },
    };
  } catch (error) {
    input.dispose();
    signal.throwIfAborted();
    throw asRefusal(file, error);
  }
}

function asRefusal(file: File, error: unknown): unknown {
  if (error instanceof AppError) return error;
  const found = error instanceof Error ? error.message : String(error);
  return refused({ file: file.name, line: null }, 'a video that can be read', found, error);
}

/** By the container's index alone: no picture is decoded. */
async function pictureTimes(
  file: File,
  track: InputVideoTrack,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const sink = new EncodedPacketSink(track);
  const times: number[] = [];
  for await (const packet of sink.packets(undefined, undefined, { metadataOnly: true })) {
    signal.throwIfAborted();
    times.push(packet.timestamp);
  }
  times.sort((a, b) => a - b);
  const [firstS = 0] = times;
  const timesUs = times.map((timeS) => Math.round((timeS - firstS) * 1e6));
  const repeated = timesUs.findIndex((timeUs, place) => timeUs === timesUs[place - 1]);
  if (repeated >= 0)
    throw refused(
      { file: file.name, line: null },
      'pictures at times of their own',
      `two at ${timesUs[repeated]} us`,
    );
  return timesUs;
}

interface Copied {
  readonly file: File;
  readonly track: InputVideoTrack;
  readonly codec: VideoCodec;
  readonly container: 'mp4' | 'webm';
  readonly config: VideoDecoderConfig;
  readonly timesUs: readonly number[];
}

/** One video on its way into segments. */
class VideoCopy {
  readonly #source: Copied;
  readonly #writer: SessionWriter;
  readonly #cameraId: string;
  #firstS = 0;
  #segment: EncodedPacket[] = [];
  #segmentBytes = 0;
  #index = 0;

  constructor(source: Copied, writer: SessionWriter, cameraId: string) {
    this.#source = source;
    this.#writer = writer;
    this.#cameraId = cameraId;
  }

  async run(tell: (fraction: number) => void, signal: AbortSignal): Promise<void> {
    const { file, timesUs } = this.#source;
    const sink = new EncodedPacketSink(this.#source.track);
    this.#firstS = await this.#source.track.getFirstTimestamp();
    let doneCount = 0;
    try {
      for await (const group of groupsOf(sink)) {
        signal.throwIfAborted();
        await this.#add(group);
        doneCount += group.length;
        tell(doneCount / Math.max(1, timesUs.length));
      }
      await this.#flush();
    } catch (error) {
      signal.throwIfAborted();
      throw asRefusal(file, error);
    }
  }

  /** `group`: from one key picture to before the next. */
  async #add(group: readonly EncodedPacket[]): Promise<void> {
    const [key] = group;
    const [first] = this.#segment;
    if (!key) return;
    const isLong = first !== undefined && key.timestamp - first.timestamp >= SEGMENT_S;
    // Pictures shown before their key picture are made from those before: there a video cannot be cut.
    const isClosed = group.every(({ timestamp }) => timestamp >= key.timestamp);
    if (isLong && isClosed) await this.#flush();
    this.#segment.push(...group);
    this.#segmentBytes += group.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (this.#segmentBytes > MAX_SEGMENT_BYTES)
      throw refused(
        { file: this.#source.file.name, line: null },
        `a key picture every ${MAX_SEGMENT_BYTES} bytes`,
        'more without one',
      );
  }

  async #flush(): Promise<void> {
    const packets = this.#segment;
    this.#segment = [];
    this.#segmentBytes = 0;
    if (packets.length === 0) return;
    const timesS = packets.map(({ timestamp }) => timestamp);
    const startS = timesS.reduce((least, time) => Math.min(least, time), Infinity);
    const endS = timesS.reduce((most, time) => Math.max(most, time), -Infinity);
    const bytes = await this.#mux(packets, startS);
    const { container, config } = this.#source;
    const mimeType = `video/${container}`;
    const part = videoPartName(0, this.#index, mimeType);
    const open = await this.#writer.openPart(part);
    open.write(bytes, 0);
    await open.close();
    const startUs = this.#microseconds(startS);
    await this.#writer.addSegment({
      cameraId: this.#cameraId,
      index: this.#index,
      part,
      startUs,
      endUs: this.#microseconds(endS),
      frameCount: packets.length,
      byteCount: bytes.length,
      mimeType,
      codec: config.codec,
      offsetUs: startUs,
    });
    this.#index += 1;
  }

  async #mux(packets: readonly EncodedPacket[], startS: number): Promise<Uint8Array> {
    const { track, codec, container, config } = this.#source;
    const target = new BufferTarget();
    const output = new Output({
      format:
        container === 'mp4'
          ? new Mp4OutputFormat({ fastStart: 'in-memory' })
          : new WebMOutputFormat(),
      target,
    });
    const source = new EncodedVideoPacketSource(codec);
    output.addVideoTrack(source, { rotation: await track.getRotation() });
    await output.start();
    for (const [place, packet] of packets.entries())
      await source.add(
        packet.clone({ timestamp: packet.timestamp - startS }),
        place === 0 ? { decoderConfig: config } : undefined,
      );
    await output.finalize();
    if (!target.buffer) throw new Error('Expected a finished segment, found none');
    return new Uint8Array(target.buffer);
  }

  #microseconds(timeS: number): number {
    return Math.round((timeS - this.#firstS) * 1e6);
  }
}

/** Pictures in the order of decoding, from each key picture to before the next; those before the first cannot be decoded. */
async function* groupsOf(sink: EncodedPacketSink): AsyncGenerator<readonly EncodedPacket[]> {
  let group: EncodedPacket[] = [];
  for await (const packet of sink.packets()) {
    if (packet.type === 'key' && group.length > 0) {
      yield group;
      group = [];
    }
    group.push(packet);
  }
  if (group.length > 0) yield group;
}
