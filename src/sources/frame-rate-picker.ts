/**
 * How early in its slot a frame may come, as a part of the slot: times are whole microseconds, so
 * frames of a 30 fps file lie up to half a microsecond before their slot begins.
 */
const SLOT_TOLERANCE = 0.05;

/**
 * Thins a sequence of frames to a wanted rate: time is cut into slots of one wanted frame each, and
 * the first frame of every slot is taken. A file slower than the wanted rate keeps every frame.
 */
export class FrameRatePicker {
  readonly #slotsPerUs: number;
  #lastSlot = Number.NEGATIVE_INFINITY;

  /** `framesPerSecond` must be a positive number. */
  constructor(framesPerSecond: number) {
    if (!Number.isFinite(framesPerSecond) || framesPerSecond <= 0) {
      throw new RangeError(`Expected a frame rate above 0, got ${framesPerSecond}`);
    }
    this.#slotsPerUs = framesPerSecond / 1e6;
  }

  /** Whether to take the frame at this time; times must rise from call to call. */
  takes(timeUs: number): boolean {
    const slot = Math.floor(timeUs * this.#slotsPerUs + SLOT_TOLERANCE);
    if (slot <= this.#lastSlot) return false;
    this.#lastSlot = slot;
    return true;
  }
}
