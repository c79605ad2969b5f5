import * as v from 'valibot';
import type { SessionEvent, SessionFrame, SessionSighting } from '../../contracts/session';
import {
  BLOCK_HEADER_BYTES,
  BOX_BYTES,
  DESCRIPTOR_VALUE_BYTES,
  MAX_PAYLOAD_BYTES,
  payloadByteCount,
  writeBlockHeader,
} from './block-header';
import { kindByte, scoreByte } from './codes';
import { crc32 } from './crc32';
import { gapSchema, sightingSchema, trackSchema, type StoredEvent } from './event-schema';
import { writeSignedVarint, writeVarint } from './varint';

/** Seventy years: sums and differences of such times stay exact, and fit the numbers of the frame stream. */
const MAX_TIME_US = 2 ** 51;

/** A block's frame stream names a camera with one byte. */
const MAX_CAMERA_COUNT = 256;

const MAX_TRACK_ID = 0xffff_ffff;

/**
 * Makes block `index` (from 0) of a results file of some events; their order is kept. Boxes become 32-bit floats, scores steps of 1/250,
 * times of frames whole microseconds. Throws RangeError or TypeError for what could not be read back: numbers that are not finite or out
 * of their range, fields of another type, more than 256 cameras, more than 64 MiB.
 */
export function encodeBlock(
  events: readonly SessionEvent[],
  index: number,
): Uint8Array<ArrayBuffer> {
  const frames = events.flatMap((event) => (event.type === 'frame' ? [event.frame] : []));
  const text = new TextBuilder(frames);
  events.forEach((event, place) => text.add(event, place));
  const frameStream = encodeFrameStream(frames, text.cameras);
  const textBytes = new TextEncoder().encode(text.toString());
  const header = {
    index,
    ...frameStream.span,
    frameCount: frames.length,
    boxCount: frames.reduce((sum, { boxes }) => sum + boxes.length, 0),
    valueCount: text.values.length,
    rareEventCount: events.length - frames.length,
    frameByteCount: frameStream.bytes.length,
    textByteCount: textBytes.length,
  };
  const byteCount = payloadByteCount(header);
  if (byteCount > MAX_PAYLOAD_BYTES)
    throw new RangeError(`Expected at most ${MAX_PAYLOAD_BYTES} bytes a block, got ${byteCount}`);
  const block = new Uint8Array(BLOCK_HEADER_BYTES + byteCount);
  const payload = block.subarray(BLOCK_HEADER_BYTES);
  let position = writeBoxes(payload, frames, header.boxCount);
  position = writeValues(payload, position, text.values);
  payload.set(frameStream.bytes, position);
  payload.set(textBytes, position + frameStream.bytes.length);
  writeBlockHeader(block, { ...header, payloadChecksum: crc32(payload) });
  return block;
}

/** Collects what goes into the JSON text, and the descriptors' numbers that do not. */
class TextBuilder {
  readonly cameras: readonly string[];
  readonly values: number[] = [];
  readonly #events: StoredEvent[] = [];

  constructor(frames: readonly SessionFrame[]) {
    this.cameras = [...new Set(frames.map(({ cameraId }) => cameraId))];
    if (this.cameras.length > MAX_CAMERA_COUNT)
      throw new RangeError(
        `Expected at most ${MAX_CAMERA_COUNT} cameras, got ${this.cameras.length}`,
      );
  }

  add(event: SessionEvent, place: number): void {
    if (event.type === 'track') {
      this.#events.push([place, { type: 'track', track: checked(trackSchema, event.track) }]);
    } else if (event.type === 'gap') {
      this.#events.push([place, { type: 'gap', gap: checked(gapSchema, event.gap) }]);
    } else if (event.type === 'sighting') {
      const sighting = checked(sightingSchema, event.sighting);
      const descriptor = this.#takeDescriptor(sighting.descriptor);
      this.#events.push([place, { type: 'sighting', sighting: { ...sighting, descriptor } }]);
    }
  }

  toString(): string {
    return JSON.stringify({ cameras: this.cameras, events: this.#events });
  }

  #takeDescriptor(descriptor: SessionSighting['descriptor']) {
    if (!descriptor) return null;
    const start = this.values.length;
    for (const value of descriptor.values) this.values.push(finite(value, 'descriptor value'));
    return { space: descriptor.space, start, valueCount: descriptor.values.length };
  }
}

/** Throws TypeError with the first thing that does not fit. */
function checked<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new TypeError(`${v.getDotPath(issue) ?? 'event'}: ${issue.message}`);
}

/** Times, cameras and box counts of the frames, one frame after the other. */
function encodeFrameStream(frames: readonly SessionFrame[], cameras: readonly string[]) {
  const times = frames.map(({ captureTimeUs }) => wholeUs(captureTimeUs));
  const startUs = times.reduce((least, time) => Math.min(least, time), times[0] ?? 0);
  const endUs = times.reduce((most, time) => Math.max(most, time), times[0] ?? 0);
  const bytes: number[] = [];
  let beforeUs = startUs;
  frames.forEach((frame, index) => {
    const timeUs = times[index] ?? 0;
    writeSignedVarint(bytes, timeUs - beforeUs);
    bytes.push(cameras.indexOf(frame.cameraId));
    writeVarint(bytes, frame.boxes.length);
    beforeUs = timeUs;
  });
  return { bytes: Uint8Array.from(bytes), span: { startUs, endUs } };
}

/** Column by column; returns where they end. */
function writeBoxes(
  payload: Uint8Array,
  frames: readonly SessionFrame[],
  boxCount: number,
): number {
  const view = new DataView(payload.buffer, payload.byteOffset);
  const column = boxCount * 4;
  let at = 0;
  for (const { boxes } of frames) {
    for (const { box, trackId, vehicleClass, state, score } of boxes) {
      view.setFloat32(at * 4, finite(box.x1, 'x1'), true);
      view.setFloat32(column + at * 4, finite(box.y1, 'y1'), true);
      view.setFloat32(column * 2 + at * 4, finite(box.x2, 'x2'), true);
      view.setFloat32(column * 3 + at * 4, finite(box.y2, 'y2'), true);
      if (!(Number.isInteger(trackId) && trackId >= 0 && trackId <= MAX_TRACK_ID))
        throw new RangeError(`Expected a track id in [0, ${MAX_TRACK_ID}], got ${trackId}`);
      view.setUint32(column * 4 + at * 4, trackId, true);
      payload[column * 5 + at] = kindByte(vehicleClass, state);
      payload[column * 5 + boxCount + at] = scoreByte(score);
      at += 1;
    }
  }
  return boxCount * BOX_BYTES;
}

function writeValues(payload: Uint8Array, start: number, values: readonly number[]): number {
  const view = new DataView(payload.buffer, payload.byteOffset);
  values.forEach((value, index) => {
    view.setFloat32(start + index * DESCRIPTOR_VALUE_BYTES, value, true);
  });
  return start + values.length * DESCRIPTOR_VALUE_BYTES;
}

function wholeUs(timeUs: number): number {
  const whole = Math.round(timeUs);
  if (!(Math.abs(whole) <= MAX_TIME_US))
    throw new RangeError(`Expected a time within 2^51 us, got ${timeUs} us`);
  return whole;
}

/** Also refuses what a 32-bit float cannot hold. */
function finite(value: number, what: string): number {
  if (!Number.isFinite(Math.fround(value)))
    throw new RangeError(`Expected a finite 32-bit float as ${what}, got ${value}`);
  return value;
}
