import { Counter, Gauge } from 'prom-client';
import type { Endpoint } from '../endpoint';
import { Refusal } from '../refusal';
import { CameraFeed, READ_COUNT } from './camera-feed';
import { HEARTBEAT, writeBatch, writeMissed } from './event-text';
import { eventsAfter, findCamera, LIVE_CHANNEL } from './live-store';
import { LiveStream, type EndReason } from './live-stream';

/** Proxies close what is silent for 30 to 60 s. */
const HEARTBEAT_MS = 15_000;

/** Of a process: each is an open connection and a few KiB. */
const MAX_STREAMS = 5000;
/** Of one device in a process, so that none takes all: far more walls and windows than anybody watches. */
const MAX_DEVICE_STREAMS = 500;
/** Nobody knows when a reader leaves. */
const FULL_RETRY_S = 60;

/** What somebody sees first who has nothing yet: how it is now, and the last sightings. */
const FIRST_EVENT_COUNT = 100;

/**
 * All streams of this process. The database tells every process that there is something new; each reads it once and gives it to its
 * streams. Nothing is kept here that a restart would lose: readers resume by number, at any process.
 */
export class LiveHub {
  readonly #endpoint: Endpoint;
  readonly #feeds = new Map<string, CameraFeed>();
  readonly #streams = new Set<LiveStream>();
  readonly #deviceCounts = new Map<string, number>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #cut: Counter<'reason'>;
  #listening: Promise<() => Promise<void>> | null = null;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    const registers = [endpoint.metrics];
    const streams = this.#streams;
    new Gauge({
      name: 'resight_live_streams',
      help: 'Streams of live results that are open.',
      registers,
      collect() {
        this.set(streams.size);
      },
    });
    this.#cut = new Counter({
      name: 'resight_live_streams_cut_total',
      help: 'Streams of live results that were ended from this side.',
      labelNames: ['reason'],
      registers,
    });
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    endpoint.stopping.addEventListener('abort', () => this.#stop(), { once: true });
  }

  /**
   * Events of a camera, from the one after `after` on; null: the last hundred and all that come. Throws {@link Refusal} NOT_FOUND for
   * a camera that never sent any, RATE_LIMITED for a device with too many streams, UNAVAILABLE while the process stops or has too many.
   */
  async open(
    cameraId: string,
    deviceId: string,
    after: number | null,
  ): Promise<ReadableStream<Uint8Array>> {
    if (this.#endpoint.stopping.aborted)
      throw new Refusal('UNAVAILABLE', 'The endpoint is being stopped. Come again in a moment.', 2);
    await this.#listen();
    this.#requireRoom(deviceId);
    const feed = this.#feedOf(cameraId);
    const stream = this.#add(cameraId, feed, deviceId);
    try {
      // After the stream is known to those who tell of revoked devices: none slips through between the check and here.
      const camera = await findCamera(this.#endpoint.database, cameraId, deviceId);
      if (camera === null)
        throw new Refusal('NOT_FOUND', 'No live results of this camera. Was it started?');
      if (!camera.mayRead) throw new Refusal('UNAUTHORISED', 'This token was revoked.');
      void this.#catchUp(cameraId, feed, stream, { after, last: camera.lastSequence });
      return stream.body;
    } catch (error) {
      stream.end('refused');
      throw error;
    }
  }

  /** Nothing may wait between this and {@link #add}, or many at once slip by. */
  #requireRoom(deviceId: string): void {
    if ((this.#deviceCounts.get(deviceId) ?? 0) >= MAX_DEVICE_STREAMS) {
      throw new Refusal(
        'RATE_LIMITED',
        `Expected at most ${MAX_DEVICE_STREAMS} streams of one device, found one more. Close some.`,
        FULL_RETRY_S,
      );
    }
    if (this.#streams.size >= MAX_STREAMS)
      throw new Refusal('UNAVAILABLE', `There are ${MAX_STREAMS} readers already.`, FULL_RETRY_S);
  }

  #add(cameraId: string, feed: CameraFeed, deviceId: string): LiveStream {
    const { revocations } = this.#endpoint;
    const unwatch = revocations.onRevoked(deviceId, () => stream.end('revoked'));
    const stream = new LiveStream((reason) => {
      unwatch();
      this.#count(deviceId, -1);
      this.#ended(cameraId, stream, reason);
    });
    feed.userCount += 1;
    this.#streams.add(stream);
    this.#count(deviceId, 1);
    return stream;
  }

  #count(deviceId: string, change: number): void {
    const count = (this.#deviceCounts.get(deviceId) ?? 0) + change;
    if (count === 0) this.#deviceCounts.delete(deviceId);
    else this.#deviceCounts.set(deviceId, count);
  }

  /** Sends what is stored until there is no more, then what comes with all others. */
  async #catchUp(
    cameraId: string,
    feed: CameraFeed,
    stream: LiveStream,
    start: { readonly after: number | null; readonly last: number },
  ): Promise<void> {
    const { database } = this.#endpoint;
    try {
      stream.position = firstPosition(start);
      let isFirst = true;
      for (;;) {
        const events = await eventsAfter(database, cameraId, stream.position, READ_COUNT);
        if (isFirst) skipRemoved(stream, start, events[0]?.sequence ?? start.last + 1);
        isFirst = false;
        if (events.length > 0) {
          const { lastSequence: position, bytes } = writeBatch(stream.position, events);
          stream.position = position;
          stream.write(bytes);
        }
        if (stream.isEnded) return;
        if (events.length < READ_COUNT && feed.hasCaughtUp(stream)) break;
        await stream.room();
      }
      feed.add(stream);
    } catch (error) {
      this.#failed(error);
      stream.end('failed');
    }
  }

  #feedOf(cameraId: string): CameraFeed {
    const known = this.#feeds.get(cameraId);
    if (known !== undefined) return known;
    const feed = new CameraFeed(this.#endpoint.database, cameraId, (error) => this.#failed(error));
    this.#feeds.set(cameraId, feed);
    return feed;
  }

  #ended(cameraId: string, stream: LiveStream, reason: EndReason): void {
    this.#streams.delete(stream);
    if (reason !== 'left' && reason !== 'refused') this.#cut.inc({ reason });
    const feed = this.#feeds.get(cameraId);
    if (feed === undefined) return;
    feed.delete(stream);
    feed.userCount -= 1;
    if (feed.userCount === 0) this.#feeds.delete(cameraId);
  }

  /** Before anything is read: what is stored after that is told of. */
  async #listen(): Promise<void> {
    this.#listening ??= this.#endpoint.database.listen(LIVE_CHANNEL, (payload) =>
      this.#told(payload),
    );
    try {
      await this.#listening;
    } catch (error) {
      this.#listening = null;
      throw error;
    }
  }

  #told(payload: string | null): void {
    if (payload === null) {
      for (const feed of this.#feeds.values()) feed.read();
      return;
    }
    const [cameraId = '', sequence = ''] = payload.split(' ');
    this.#feeds.get(cameraId)?.tell(Number(sequence));
  }

  #beat(): void {
    for (const stream of this.#streams) stream.write(HEARTBEAT);
  }

  #stop(): void {
    clearInterval(this.#heartbeat);
    for (const stream of this.#streams) stream.end('stopping');
    // It may never have worked, which was told when it failed.
    this.#listening?.then((end) => end()).catch(() => undefined);
  }

  #failed(error: unknown): void {
    if (!this.#endpoint.stopping.aborted)
      this.#endpoint.log.warn({ err: error }, 'live results could not be read');
  }
}

/** One who comes with a number that was not given yet has seen a camera that began again. */
function firstPosition({
  after,
  last,
}: {
  readonly after: number | null;
  readonly last: number;
}): number {
  if (after === null) return Math.max(0, last - FIRST_EVENT_COUNT);
  return after > last ? 0 : after;
}

/** Goes on at `next`, the first that is there, and says so to those who had some. */
function skipRemoved(
  stream: LiveStream,
  start: { readonly after: number | null },
  next: number,
): void {
  stream.position = next - 1;
  if (start.after !== null && start.after !== next - 1)
    stream.write(writeMissed(start.after, next));
}
