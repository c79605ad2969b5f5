import type { CameraId } from '../contracts/frame';
import type {
  FrameFeed,
  FrameSource,
  SourceEvent,
  SourceFrame,
  SourceInfo,
  SourceKind,
  SourcePace,
} from '../contracts/source';
import { SourceEvents } from './source-events';

/** One of the group's sources once it is open. */
interface OpenedSource {
  readonly source: FrameSource;
  readonly info: SourceInfo;
}

/** One of the group's sources while frames are taken from it. */
interface Member {
  readonly cameraId: CameraId;
  readonly label: string;
  readonly frames: AsyncIterator<SourceFrame>;
}

/**
 * Several sources on one clock as one, whose frames say which camera made them. Offline: in order of time; where two
 * frames have the same time the later camera's is a microsecond later. Live: in turn, so that a camera that makes
 * pictures faster does not starve the others.
 *
 * A source that fails ends the group with its failure. One that merely ends: offline the others go on, live that is
 * a lost camera, which ends the group for a run to open it again.
 */
export class CameraGroup implements FrameSource {
  readonly kind: SourceKind;
  readonly pace: SourcePace;
  readonly previewStream = null;
  readonly #label: string;
  readonly #sources: readonly FrameSource[];
  readonly #events = new SourceEvents();
  readonly #unsubscribe: readonly (() => void)[];
  #isOpening = false;
  #isClosed = false;
  #opened: readonly OpenedSource[] | null = null;
  #hasFeed = false;
  #hasToldLoss = false;

  /**
   * `label`: what the cameras are together, for people. `sources` belong to the group; all of one kind and pace, and
   * pulled. Live ones must make each picture when it is asked for: in turn, a picture that came by itself would be old.
   */
  constructor(label: string, sources: readonly FrameSource[]) {
    const [first] = sources;
    if (!first) throw new RangeError('Expected a source or more, got none');
    if (sources.some(({ kind, pace }) => kind !== first.kind || pace !== first.pace)) {
      throw new RangeError('Expected sources of one kind and pace');
    }
    this.kind = first.kind;
    this.pace = first.pace;
    this.#label = label;
    this.#sources = sources;
    this.#unsubscribe = sources.map((source) =>
      source.onEvent((event) => {
        if (event.type === 'lost') this.#hasToldLoss = true;
        this.#events.emit(event);
      }),
    );
  }

  get decodeMsTotal(): number {
    return this.#sources.reduce((total, source) => total + source.decodeMsTotal, 0);
  }

  get droppedCount(): number {
    return this.#sources.reduce((total, source) => total + source.droppedCount, 0);
  }

  get deliveredCount(): number | null {
    return this.#sources.reduce<number | null>(
      (total, { deliveredCount }) =>
        total === null || deliveredCount === null ? null : total + deliveredCount,
      0,
    );
  }

  /** Opens all of them. Throws what the first that fails throws, and closes the others. */
  async open(signal: AbortSignal): Promise<SourceInfo> {
    if (this.#isOpening) throw new RangeError('CameraGroup.open may be called once');
    this.#isOpening = true;
    signal.addEventListener('abort', () => void this.close(), { once: true });
    try {
      const opened = await Promise.all(
        this.#sources.map(async (source) => ({ source, info: await source.open(signal) })),
      );
      signal.throwIfAborted();
      if (this.#isClosed) throw new DOMException('The cameras were closed', 'AbortError');
      this.#opened = opened;
      return this.#describe(opened.map(({ info }) => info));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Throws TypeError where a source is not pulled, or is live and does not make its pictures on demand. */
  feed(): FrameFeed {
    const opened = this.#opened;
    if (!opened) throw new RangeError('CameraGroup.feed needs open first');
    if (this.#hasFeed) throw new RangeError('CameraGroup.feed may be called once');
    this.#hasFeed = true;
    const feeds = opened.map(({ source, info }) => {
      const feed = source.feed();
      if (feed.type !== 'pull') throw new TypeError(`Expected a pulled feed, got a ${feed.type}`);
      if (this.pace === 'live' && feed.isMadeOnDemand !== true) {
        throw new TypeError('Expected a live feed made on demand, got one that comes by itself');
      }
      return { feed, cameraId: info.cameraId, label: info.label };
    });
    return {
      type: 'pull',
      isMadeOnDemand: true,
      frames: () => {
        const members = feeds.map(({ feed, cameraId, label }) => ({
          cameraId,
          label,
          frames: feed.frames()[Symbol.asyncIterator](),
        }));
        return this.pace === 'live' ? this.#inTurn(members) : this.#inOrder(members);
      },
    };
  }

  onEvent(listener: (event: SourceEvent) => void): () => void {
    return this.#events.add(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#events.clear();
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  #describe(infos: readonly SourceInfo[]): SourceInfo {
    const [first] = infos;
    if (!first) throw new RangeError('Expected a source or more, got none');
    const durations = infos.map(({ durationUs }) => durationUs).filter((value) => value !== null);
    return {
      ...first,
      label: this.#label,
      cameras: infos.flatMap(({ cameras }) => cameras),
      durationUs: durations.length < infos.length ? null : Math.max(...durations),
      notice: infos.find(({ notice }) => notice !== null)?.notice ?? null,
    };
  }

  async *#inTurn(members: readonly Member[]): AsyncGenerator<SourceFrame, void, undefined> {
    try {
      for (;;) {
        for (const { frames, cameraId, label } of members) {
          const next = await frames.next();
          if (next.done === true) return this.#noteLoss(label);
          yield { cameraId, ...next.value };
        }
      }
    } finally {
      await letGo(members);
    }
  }

  /** The frame with the smallest time first; one of each source is held until its turn has come. */
  async *#inOrder(members: readonly Member[]): AsyncGenerator<SourceFrame, void, undefined> {
    const held = new Map<Member, SourceFrame>();
    let lastUs = Number.NEGATIVE_INFINITY;
    const advance = async (member: Member): Promise<void> => {
      const next = await member.frames.next();
      if (next.done !== true) held.set(member, next.value);
    };
    try {
      for (const member of members) await advance(member);
      while (!this.#isClosed) {
        const [earliest] = [...held].sort(([, a], [, b]) => a.captureTimeUs - b.captureTimeUs);
        if (!earliest) return;
        const [member, frame] = earliest;
        held.delete(member);
        const captureTimeUs = Math.max(frame.captureTimeUs, lastUs + 1);
        lastUs = captureTimeUs;
        yield { cameraId: member.cameraId, ...frame, captureTimeUs };
        await advance(member);
      }
    } finally {
      for (const { image } of held.values()) image.close();
      await letGo(members);
    }
  }

  #noteLoss(label: string): void {
    if (this.#isClosed || this.#hasToldLoss) return;
    this.#events.emit({ type: 'lost', reason: `Expected "${label}" to go on, found its end` });
  }
}

/** Ends what is still going on; what that says no longer matters to anyone. */
async function letGo(members: readonly Member[]): Promise<void> {
  await Promise.allSettled(members.map(async ({ frames }) => frames.return?.()));
}
