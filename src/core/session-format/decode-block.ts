import * as v from 'valibot';
import type {
  SessionBox,
  SessionEvent,
  SessionFrame,
  SessionSighting,
} from '../../contracts/session';
import { BOX_BYTES, damage, DESCRIPTOR_VALUE_BYTES, type BlockHeader } from './block-header';
import { readKindByte, readScoreByte } from './codes';
import { blockTextSchema, type StoredEvent } from './event-schema';
import { VarintReader } from './varint';

/** All that is in a block but its frames. */
type RareEvent = Exclude<SessionEvent, { readonly type: 'frame' }>;

type BlockText = v.InferOutput<typeof blockTextSchema>;

/**
 * A block's frames in the order they were written. `payload` was checked with `checkPayload`. Throws AppError SESSION_DAMAGED when it
 * contradicts itself.
 */
export function decodeFrames(header: BlockHeader, payload: Uint8Array): readonly SessionFrame[] {
  return header.frameCount === 0 ? [] : framesOf(header, payload, readText(header, payload));
}

/** A block's events that are no frames, in the order they were written. As {@link decodeFrames}. */
export function decodeRareEvents(header: BlockHeader, payload: Uint8Array): readonly RareEvent[] {
  if (header.rareEventCount === 0) return [];
  const { events } = readText(header, payload);
  return events.map(([, event]) => rareEventOf(event, header, payload));
}

/** All events of a block, in the order they were written. As {@link decodeFrames}. */
export function decodeEvents(header: BlockHeader, payload: Uint8Array): readonly SessionEvent[] {
  const text = readText(header, payload);
  const frames = framesOf(header, payload, text);
  const rareByPlace = new Map<number, RareEvent>();
  for (const [place, event] of text.events)
    rareByPlace.set(place, rareEventOf(event, header, payload));
  const events: SessionEvent[] = [];
  let frameIndex = 0;
  for (let place = 0; place < frames.length + header.rareEventCount; place += 1) {
    const rare = rareByPlace.get(place);
    const frame = frames[frameIndex];
    if (rare) events.push(rare);
    else if (frame) {
      events.push({ type: 'frame', frame });
      frameIndex += 1;
    } else throw damage(header.index, `an event at place ${place}`, 'none');
  }
  return events;
}

function readText(header: BlockHeader, payload: Uint8Array): BlockText {
  const bytes = payload.subarray(payload.length - header.textByteCount);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damage(header.index, 'JSON text', String(error));
  }
  const result = v.safeParse(blockTextSchema, parsed);
  if (!result.success) {
    const [issue] = result.issues;
    throw damage(
      header.index,
      'the fields of events',
      `${v.getDotPath(issue) ?? 'text'}: ${issue.message}`,
    );
  }
  const { events } = result.output;
  if (events.length !== header.rareEventCount)
    throw damage(header.index, `${header.rareEventCount} events`, String(events.length));
  return result.output;
}

function framesOf(
  header: BlockHeader,
  payload: Uint8Array,
  { cameras }: BlockText,
): readonly SessionFrame[] {
  const boxes = new BoxReader(header, payload);
  const streamEnd = payload.length - header.textByteCount;
  const stream = new VarintReader(payload.subarray(streamEnd - header.frameByteCount, streamEnd));
  const frames: SessionFrame[] = [];
  let captureTimeUs = header.startUs;
  for (let index = 0; index < header.frameCount; index += 1) {
    const delta = stream.nextSigned();
    const cameraId = cameras[stream.nextByte() ?? -1];
    const boxCount = stream.next();
    if (delta === null || cameraId === undefined || boxCount === null)
      throw damage(header.index, `${header.frameCount} frames`, String(index));
    captureTimeUs += delta;
    if (captureTimeUs < header.startUs || captureTimeUs > header.endUs)
      throw damage(header.index, `times up to ${header.endUs} us`, `${captureTimeUs} us`);
    frames.push({ cameraId, captureTimeUs, boxes: boxes.take(boxCount) });
  }
  if (!stream.isAtEnd || !boxes.isAtEnd)
    throw damage(header.index, 'no more than its frames', 'bytes that belong to none');
  return frames;
}

/** Reads a block's boxes one after the other out of their columns. */
class BoxReader {
  readonly #header: BlockHeader;
  readonly #payload: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(header: BlockHeader, payload: Uint8Array) {
    this.#header = header;
    this.#payload = payload;
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#header.boxCount;
  }

  take(count: number): readonly SessionBox[] {
    const { index, boxCount } = this.#header;
    if (count > boxCount - this.#at) throw damage(index, `${boxCount} boxes`, 'frames with more');
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): SessionBox {
    const view = this.#view;
    const { index, boxCount } = this.#header;
    const at = this.#at;
    const column = boxCount * 4;
    const kind = readKindByte(this.#payload[column * 5 + at] ?? 255);
    const score = readScoreByte(this.#payload[column * 5 + boxCount + at] ?? 254);
    if (!kind || score === undefined)
      throw damage(index, 'classes, states and scores that are known', `others in box ${at}`);
    const box = {
      x1: view.getFloat32(at * 4, true),
      y1: view.getFloat32(column + at * 4, true),
      x2: view.getFloat32(column * 2 + at * 4, true),
      y2: view.getFloat32(column * 3 + at * 4, true),
    };
    if (!Number.isFinite(box.x1 + box.y1 + box.x2 + box.y2))
      throw damage(index, 'boxes of finite numbers', `others in box ${at}`);
    this.#at += 1;
    return { trackId: view.getUint32(column * 4 + at * 4, true), ...kind, box, score };
  }
}

function rareEventOf(event: StoredEvent[1], header: BlockHeader, payload: Uint8Array): RareEvent {
  if (event.type !== 'sighting') return event;
  const { descriptor, ...rest } = event.sighting;
  const sighting: SessionSighting = {
    ...rest,
    descriptor: descriptor && {
      space: descriptor.space,
      values: descriptorValues(descriptor, header, payload),
    },
  };
  return { type: 'sighting', sighting };
}

function descriptorValues(
  { start, valueCount }: { readonly start: number; readonly valueCount: number },
  header: BlockHeader,
  payload: Uint8Array,
): Float32Array {
  if (start + valueCount > header.valueCount)
    throw damage(header.index, `${header.valueCount} descriptor values`, `${start + valueCount}`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const base = header.boxCount * BOX_BYTES;
  const values = Float32Array.from({ length: valueCount }, (_, index) =>
    view.getFloat32(base + (start + index) * DESCRIPTOR_VALUE_BYTES, true),
  );
  if (!values.every(Number.isFinite))
    throw damage(header.index, 'descriptors of finite numbers', 'others');
  return values;
}
