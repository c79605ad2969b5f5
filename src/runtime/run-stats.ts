import type { RunProgress, RunStats } from '../contracts/app';
import type { CameraId } from '../contracts/frame';
import type { FrameSource, SourceInfo } from '../contracts/source';
import type { EndedTrack } from '../contracts/track';
import type { FramePath, FrameResult, IdentityTimings } from '../contracts/worker-api';
import { RollingStats } from '../core/rolling-stats';

/** Rates are taken over this long. */
const RATE_WINDOW_MS = 5_000;

/** What a source counts itself. */
export type SourceCounts = Pick<FrameSource, 'decodeMsTotal' | 'droppedCount' | 'deliveredCount'>;

interface RatePoint {
  readonly atMs: number;
  readonly positionUs: number;
}

/** Follows one run in figures for the HUD, the progress bar and `analyze`. */
export class RunStatsCollector {
  readonly #now: () => number;
  readonly #prepare = new RollingStats();
  readonly #detect = new RollingStats();
  readonly #track = new RollingStats();
  readonly #draw = new RollingStats();
  readonly #latency = new RollingStats();
  #points: RatePoint[] = [];
  #analysedCount = 0;
  #droppedCount = 0;
  /** What was analysed and dropped with sources before this one (a camera that came back). */
  #earlier = { analysedCount: 0, droppedCount: 0 };
  readonly #confirmedTrackCounts = new Map<CameraId, number>();
  #framePath: FramePath | null = null;
  #identity: IdentityTimings | null = null;
  #identityBefore: IdentityTimings | null = null;
  /** Sums over the whole run: milliseconds in each stage, and confirmed tracks that ended. */
  readonly totals = { prepareMs: 0, detectMs: 0, trackMs: 0, confirmedTrackCount: 0 };

  get analysedCount(): number {
    return this.#analysedCount;
  }

  /** `now`: the clock rates are taken by. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  noteResult(result: FrameResult): void {
    const nowMs = this.#now();
    this.#analysedCount += 1;
    this.#droppedCount = result.droppedCount;
    this.#framePath = result.framePath;
    this.#prepare.push(result.stageMs.prepare);
    this.#detect.push(result.stageMs.detect);
    this.#track.push(result.stageMs.track);
    this.totals.prepareMs += result.stageMs.prepare;
    this.totals.detectMs += result.stageMs.detect;
    this.totals.trackMs += result.stageMs.track;
    this.noteEnded(result.ended);
    this.#confirmedTrackCounts.set(
      result.meta.cameraId,
      result.tracks.filter(({ state }) => state === 'confirmed').length,
    );
    this.#points.push({ atMs: nowMs, positionUs: result.meta.captureTimeUs });
    while (this.#points.length > 2 && nowMs - (this.#points[0]?.atMs ?? nowMs) > RATE_WINDOW_MS) {
      this.#points.shift();
    }
  }

  /** A camera was opened, perhaps again: its own counts begin at 0. `before` is the one it follows. */
  noteSourceOpened(before: SourceCounts | null): void {
    const droppedCount = before ? this.#dropped(before) : 0;
    this.#earlier = { analysedCount: this.#analysedCount, droppedCount };
    this.#droppedCount = 0;
  }

  noteEnded(ended: readonly EndedTrack[]): void {
    this.totals.confirmedTrackCount += ended.filter(({ wasConfirmed }) => wasConfirmed).length;
  }

  /** `latencyMs`: from a live frame's arrival to its first painting; null for repaints and files. */
  noteDraw(ms: number, latencyMs: number | null): void {
    this.#draw.push(ms);
    if (latencyMs !== null) this.#latency.push(latencyMs);
  }

  /** `timings` are totals since the worker began; the first of a run are its zero. */
  noteIdentity(timings: IdentityTimings): void {
    this.#identityBefore ??= timings;
    this.#identity = timings;
  }

  /** A pause or a gap must not count as slowness. */
  breakRate(): void {
    this.#points = [];
  }

  /** Both null before a source is open. */
  stats(info: SourceInfo | null, source: SourceCounts | null): RunStats {
    const frames = Math.max(1, this.#analysedCount);
    return {
      framesPerSecond: this.#rate().framesPerSecond,
      analysedCount: this.#analysedCount,
      droppedCount: source ? this.#dropped(source) : this.#earlier.droppedCount,
      stageMs: {
        decode: (source?.decodeMsTotal ?? 0) / frames,
        prepare: this.#prepare.median,
        detect: this.#detect.median,
        track: this.#track.median,
        embed: this.#identityMs('embedMsTotal') / frames,
        match: this.#identityMs('matchMsTotal') / frames,
        draw: this.#draw.median,
      },
      latencyMs: this.#latency.count > 0 ? this.#latency.median : null,
      framePath: this.#framePath,
      confirmedTrackCount: [...this.#confirmedTrackCounts.values()].reduce((a, b) => a + b, 0),
      progress: info?.pace === 'offline' ? this.#progress(info) : null,
    };
  }

  #identityMs(key: 'embedMsTotal' | 'matchMsTotal'): number {
    // A worker that was restarted counts from 0 again.
    return Math.max(0, (this.#identity?.[key] ?? 0) - (this.#identityBefore?.[key] ?? 0));
  }

  #dropped(source: SourceCounts): number {
    const { analysedCount, droppedCount } = this.#earlier;
    // One frame is under analysis: neither analysed nor dropped yet.
    const unseenCount =
      source.deliveredCount === null
        ? this.#droppedCount + source.droppedCount
        : source.deliveredCount - (this.#analysedCount - analysedCount) - 1;
    return droppedCount + Math.max(0, unseenCount);
  }

  #progress(info: SourceInfo): RunProgress {
    const { framesPerSecond, mediaUsPerMs } = this.#rate();
    const positionUs = this.#points.at(-1)?.positionUs ?? 0;
    const leftUs = info.durationUs === null ? null : Math.max(0, info.durationUs - positionUs);
    return {
      analysedCount: this.#analysedCount,
      positionUs,
      durationUs: info.durationUs,
      framesPerSecond,
      remainingMs: leftUs === null || mediaUsPerMs <= 0 ? null : leftUs / mediaUsPerMs,
    };
  }

  /** Over the last seconds; falls when no result comes. */
  #rate(): { framesPerSecond: number; mediaUsPerMs: number } {
    const first = this.#points[0];
    const last = this.#points.at(-1);
    if (!first || !last || last.atMs === first.atMs) return { framesPerSecond: 0, mediaUsPerMs: 0 };
    const intervalMs = (last.atMs - first.atMs) / (this.#points.length - 1);
    const overdueMs = Math.max(0, this.#now() - last.atMs - intervalMs);
    const spanMs = last.atMs - first.atMs + overdueMs;
    return {
      framesPerSecond: ((this.#points.length - 1) * 1000) / spanMs,
      mediaUsPerMs: (last.positionUs - first.positionUs) / spanMs,
    };
  }
}
