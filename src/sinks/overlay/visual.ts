import type { TrackIdentity } from '../../contracts/match';
import type { Track, TrackId } from '../../contracts/track';
import { fullLabel, mediumLabel, shortLabel } from './label-text';
import { identityColorIndex, markKind, type MarkKind } from './marks';
import { SmoothedBox } from './smoothed-box';
import { Trail } from './trail';

/** A label is written anew after this time: after midnight a time it names needs its day. */
const LABEL_LIFE_MS = 60_000;

/** One vehicle on the overlay, reused from frame to frame. */
export class Visual {
  readonly trackId: TrackId;
  readonly box = new SmoothedBox();
  readonly trail = new Trail();
  kind: MarkKind = 'pending';
  /** Index into the identity colours; -1 before the vehicle has a number. */
  colorIndex = -1;
  identity: TrackIdentity | null = null;
  /** The label from its longest form to its shortest. */
  labelTexts: readonly string[] = [];
  /** Each form's look by name, for the cache; same order. */
  labelKeys: readonly string[] = [];
  /** Number of the last update that had this vehicle. */
  updateNumber = 0;
  /** Where it was painted last, device pixels. */
  left = 0;
  top = 0;
  width = 0;
  height = 0;
  /** Where its label was painted last, device pixels; width 0 when there was no room for one. */
  labelLeft = 0;
  labelTop = 0;
  labelWidth = 0;
  labelHeight = 0;

  #track: Track | null = null;
  #describedUnixMs = 0;
  #originUnixMs: number | null = null;

  constructor(trackId: TrackId) {
    this.trackId = trackId;
  }

  /**
   * Takes state and label from the newest result; geometry is set on `box` by the caller. `originUnixMs`
   * is what the source's clock began at in a run with several cameras, null in one with a single camera.
   */
  describe(
    track: Track,
    identity: TrackIdentity | null,
    nowUnixMs: number,
    originUnixMs: number | null = null,
  ): void {
    const kind = markKind(track.state, identity) ?? 'pending';
    const isSame =
      this.#track?.vehicleClass === track.vehicleClass &&
      this.identity === identity &&
      this.kind === kind &&
      nowUnixMs - this.#describedUnixMs < LABEL_LIFE_MS &&
      this.labelKeys.length > 0;
    this.#track = track;
    if (isSame) return;
    this.#describedUnixMs = nowUnixMs;
    this.#originUnixMs = originUnixMs;
    this.identity = identity;
    this.kind = kind;
    this.colorIndex = identity ? identityColorIndex(identity.decision.vehicleNumber) : -1;
    const startUnixMs = originUnixMs === null ? null : originUnixMs + track.firstSeenUs / 1000;
    this.labelTexts = [
      fullLabel(track.vehicleClass, identity, nowUnixMs, startUnixMs),
      mediumLabel(track.vehicleClass, identity),
      shortLabel(identity),
    ];
    this.labelKeys = this.labelTexts.map((text) => `${kind}|${this.colorIndex}|${text}`);
  }

  /** A decision that came between two results. */
  identify(identity: TrackIdentity, nowUnixMs: number): void {
    if (this.#track) this.describe(this.#track, identity, nowUnixMs, this.#originUnixMs);
  }
}
