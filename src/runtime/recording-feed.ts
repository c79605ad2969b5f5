import type { Gap } from '../contracts/app';
import type { RecordingConfig } from '../contracts/recording';
import type { FrameResult, IdentityEvent, TracedSighting } from '../contracts/worker-api';
import type { IdentityClient } from './identity-client';
import { RecordedSightings } from './recorded-sightings';
import type { RecorderWorker } from './recorder-worker';

/** Decisions about several vehicles come together: living sightings are asked for once for all of them. */
const SIGHTINGS_DELAY_MS = 1_000;

/** What a feed works with. */
export interface RecordingFeedParts {
  readonly worker: RecorderWorker;
  readonly identity: Pick<IdentityClient, 'livingSightings' | 'crop'>;
  readonly config: RecordingConfig;
  /** Of the newest result before, microseconds on the source's clock. */
  readonly startedUs: number;
}

/** Hands on to the recorder what the page hears of a run: results, sightings, gaps. */
export class RecordingFeed {
  readonly #parts: RecordingFeedParts;
  readonly #sightings: RecordedSightings;
  readonly #underWay = new Set<Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Gaps of the run that were told, or were over before. */
  #gapCount: number | null = null;

  constructor(parts: RecordingFeedParts) {
    this.#parts = parts;
    const { runId, options } = parts.config;
    const { isPlateBlurred, isPersonBlurred } = options.blur;
    this.#sightings = new RecordedSightings({
      runId,
      kind: options.kind,
      blurredFromUs: isPlateBlurred || isPersonBlurred ? parts.startedUs : null,
      // A gallery that does not answer costs the picture, not the sighting.
      crop: (cropId) => parts.identity.crop(cropId).catch(() => null),
    });
  }

  noteResult(result: FrameResult): void {
    this.#tell((remote) => remote.addResult(result));
  }

  noteIdentity(event: IdentityEvent): void {
    if (event.type === 'sighting') this.#track(this.#tellSighting(event, true));
    else if (event.type === 'identity') {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#track(this.tellLiving(false));
      }, SIGHTINGS_DELAY_MS);
    }
  }

  /** `gaps`: all of the run so far. Those that were over at the first call are not told. */
  noteGaps(gaps: readonly Gap[]): void {
    this.#gapCount ??= gaps.length;
    const { originUnixMs } = this.#parts.config;
    const toUs = (unixMs: number): number => Math.round((unixMs - originUnixMs) * 1000);
    for (; this.#gapCount < gaps.length; this.#gapCount += 1) {
      const gap = gaps[this.#gapCount];
      if (!gap || gap.endUnixMs === null) return;
      const { reason } = gap;
      const [startUs, endUs] = [toUs(gap.startUnixMs), toUs(gap.endUnixMs)];
      this.#tell((remote) => remote.addGap({ startUs, endUs, reason }));
    }
  }

  /** Tells of vehicles in view, which are stored only when they are gone. `isFinal`: the recording ends now. */
  async tellLiving(isFinal: boolean): Promise<void> {
    // An identity worker that died begins anew, and tells of what it sees then.
    const living = await this.#parts.identity.livingSightings().catch(() => []);
    await Promise.all(living.map((one) => this.#tellSighting(one, isFinal)));
  }

  /** Resolves when everything heard so far was handed on. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #tellSighting(traced: TracedSighting, isFinal: boolean): Promise<void> {
    const recorded = await this.#sightings.take(traced, isFinal);
    if (recorded) this.#tell((remote) => remote.addSighting(recorded));
  }

  #track(telling: Promise<void>): void {
    this.#underWay.add(telling);
    void telling.finally(() => this.#underWay.delete(telling));
  }

  #tell(invoke: Parameters<RecorderWorker['call']>[0]): void {
    // Of a recorder that is gone its own end tells.
    this.#parts.worker.call(invoke).catch(() => undefined);
  }
}
