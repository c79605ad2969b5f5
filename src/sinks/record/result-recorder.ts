import type { RecordedSighting, RecordingConfig } from '../../contracts/recording';
import type { SightingId } from '../../contracts/match';
import type {
  ResultSet,
  SessionEvent,
  SessionGap,
  SessionSighting,
  SessionWriter,
} from '../../contracts/session';
import type { FrameResult } from '../../contracts/worker-api';
import { EventCollector } from './event-collector';
import type { WriteQueue } from './write-queue';

/** The analysis made while it is recorded. */
const LIVE_RESULT_SET = { id: 'live', label: 'live' } as const;

/** How much of the results a crash may cost, milliseconds. */
const BLOCK_MS = 2_000;
/** A file is analysed faster than it plays: then blocks are cut by what is in them. */
const MAX_BLOCK_EVENTS = 2_000;

/** Results of a recording, from frames to stored blocks. While nothing is written, the last seconds are kept. */
export class ResultRecorder {
  readonly #collector = new EventCollector();
  readonly #config: RecordingConfig;
  readonly #writes: WriteQueue;
  #writer: SessionWriter | null = null;
  #events: SessionEvent[] = [];
  /** The newest of each while nothing is written. */
  readonly #early = new Map<SightingId, RecordedSighting>();
  readonly #cropParts = new Map<SightingId, { readonly cropId: string; readonly part: string }>();
  #isHeld = false;
  #startUs = Infinity;
  #newestUs = -Infinity;
  #lastBlockMs = 0;

  constructor(config: RecordingConfig, writes: WriteQueue) {
    this.#config = config;
    this.#writes = writes;
  }

  /** What the results are recorded as. */
  get resultSet(): Pick<ResultSet, 'id' | 'label'> {
    return this.#config.furtherAnalysis?.resultSet ?? LIVE_RESULT_SET;
  }

  /** Times of the first and the newest frame of the recording; equal before there is one. */
  get rangeUs(): { readonly startUs: number; readonly endUs: number } {
    const isEmpty = this.#startUs === Infinity;
    return isEmpty ? { startUs: 0, endUs: 0 } : { startUs: this.#startUs, endUs: this.#newestUs };
  }

  addResult(result: FrameResult): void {
    const { captureTimeUs } = result.meta;
    this.#newestUs = Math.max(this.#newestUs, Math.round(captureTimeUs));
    this.#startUs = Math.min(this.#startUs, Math.round(captureTimeUs));
    this.#add(this.#collector.add(result));
  }

  addGap(gap: SessionGap): void {
    this.#add([{ type: 'gap', gap }]);
  }

  /** One that ended before the first moment of the recording is left out. */
  addSighting(sighting: RecordedSighting): void {
    if (this.#writer) this.#addSighting(this.#writer, sighting);
    else this.#early.set(sighting.sighting.id, sighting);
  }

  /** The recording begins at this moment: what is kept now stays until `beginWriting`. */
  hold(): void {
    this.#trim();
    this.#isHeld = true;
  }

  /** From here on blocks are stored, the first with what was kept. */
  beginWriting(writer: SessionWriter, nowMs: number): void {
    this.#events = [...this.#collector.recount(this.#events)];
    this.#writer = writer;
    this.#lastBlockMs = nowMs;
    for (const sighting of this.#early.values()) this.#addSighting(writer, sighting);
    this.#early.clear();
  }

  /** Called now and then: stores a block when it is time. */
  lookAfter(nowMs: number): void {
    if (nowMs - this.#lastBlockMs < BLOCK_MS) return;
    this.#lastBlockMs = nowMs;
    this.#cutBlock();
  }

  /** Ends the tracks that go on and hands the last block out to be written. */
  async finish(): Promise<void> {
    // Sightings whose pictures are being written belong to it.
    await this.#writes.settle();
    this.#add(this.#collector.endAll());
    this.#cutBlock();
  }

  #add(events: readonly SessionEvent[]): void {
    this.#events.push(...events);
    if (!this.#writer) this.#trim();
    else if (this.#events.length >= MAX_BLOCK_EVENTS) this.#cutBlock();
  }

  /** In memory are the last seconds only. */
  #trim(): void {
    if (this.#isHeld) return;
    const fromUs = this.#newestUs - this.#config.options.preRollS * 1e6;
    this.#events = this.#events.filter((event) => endOf(event) >= fromUs);
    for (const [id, { sighting }] of this.#early) {
      if (sighting.endUs < fromUs) this.#early.delete(id);
    }
    if (this.#newestUs > -Infinity) this.#startUs = this.#firstFrameUs();
  }

  #firstFrameUs(): number {
    const first = this.#events.find((event) => event.type === 'frame');
    return first?.type === 'frame' ? first.frame.captureTimeUs : Infinity;
  }

  #cutBlock(): void {
    const writer = this.#writer;
    const events = this.#events;
    if (!writer || events.length === 0) return;
    this.#events = [];
    this.#writes.add(0, () => writer.append(this.resultSet.id, events));
  }

  #addSighting(writer: SessionWriter, recorded: RecordedSighting): void {
    if (recorded.sighting.endUs < this.#startUs) return;
    const { crop } = recorded;
    const isCropKept = this.#config.options.kind !== 'results' && crop !== null;
    const isKnown = this.#cropParts.get(recorded.sighting.id)?.cropId === crop?.cropId;
    // In its turn, so that an earlier state of the sighting comes before.
    this.#writes.add(crop?.picture.size ?? 0, async () => {
      const { id } = recorded.sighting;
      if (isCropKept && !isKnown) {
        const part = await writer.addCrop(crop.cropId, crop.picture);
        this.#cropParts.set(id, { cropId: crop.cropId, part });
      }
      const sighting = this.#numbered(recorded, this.#cropParts.get(id)?.part ?? null);
      this.#add([{ type: 'sighting', sighting }]);
    });
  }

  #numbered({ epoch, sighting }: RecordedSighting, cropPart: string | null): SessionSighting {
    const { numbers } = this.#collector;
    const trackIds = sighting.trackIds.map((trackId) => numbers.of(epoch, trackId));
    return { ...sighting, trackIds, cropPart };
  }
}

function endOf(event: SessionEvent): number {
  switch (event.type) {
    case 'frame':
      return event.frame.captureTimeUs;
    case 'track':
      return event.track.lastSeenUs;
    case 'sighting':
      return event.sighting.endUs;
    case 'gap':
      return event.gap.endUs;
  }
}
