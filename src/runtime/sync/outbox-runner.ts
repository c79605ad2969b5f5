import { toErrorData } from '../../core/app-error';
import type { ErrorData } from '../../contracts/errors';
import type { ConnectionRow, OutboxRow } from '../../storage/sync-rows';
import { askToBeWoken, type NetworkFacts } from './network';
import { isPassing, MAX_DELAY_MS, retryDelayMs } from './retry';
import { UploadTask, type UploadTaskParts } from './upload-task';

/** One tab runs the outbox; another takes over when that one is closed. */
const LOCK_NAME = 'resight-sync:outbox';
/** A database costs nothing to ask, and the user may have made room. */
const MAX_PAUSE_MS = 60_000;

/** What the runner needs beside what a task does. */
export interface OutboxRunnerParts extends UploadTaskParts {
  readonly readNetwork: () => NetworkFacts;
  /** [0, 1). */
  readonly random: () => number;
  /** Something only the user can mend, such as a token that was revoked, or a database that fails; null: it does not any more. */
  readonly onError: (error: ErrorData | null) => void;
}

/** Sends the outbox, one session at a time, as long as it is started. */
export class OutboxRunner {
  readonly #parts: OutboxRunnerParts;
  #stopping: AbortController | null = null;
  #ended: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #current: { readonly id: string; readonly controller: AbortController } | null = null;

  constructor(parts: OutboxRunnerParts) {
    this.#parts = parts;
  }

  /** Begins when no other tab does it. */
  start(connection: ConnectionRow): void {
    if (this.#stopping) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    const { signal } = stopping;
    this.#ended = alone(signal, () => this.#keepRunning(connection, signal)).catch(
      (error: unknown) => {
        if (!signal.aborted) this.#parts.onError(toErrorData(error));
      },
    );
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    this.#current?.controller.abort();
    this.#wake();
    await this.#ended;
  }

  /** Rows or the network have changed: look again. */
  wake(): void {
    this.#wake();
  }

  /** The network is another one: what hangs in the old one is given up, and what waits for a clock goes now. */
  async hurry(): Promise<void> {
    const rows = await this.#parts.store.outbox();
    for (const { id } of rows.filter(({ nextTryUnixMs }) => nextTryUnixMs !== null))
      await this.#change(id, (row) =>
        row.state === 'waiting' ? { nextTryUnixMs: null, waitsFor: 'turn' } : null,
      );
    const current = this.#current;
    const row = current && (await this.#parts.store.outboxItem(current.id));
    // Packing hangs on no network, and would begin anew.
    if (row?.state !== 'packing') current?.controller.abort();
    this.#wake();
  }

  /** Rows or the network have changed: looks again, and ends what is under way of an item that was paused, removed, or may not go over this network. */
  async heed(): Promise<void> {
    const current = this.#current;
    if (!current) return this.#wake();
    const row = await this.#parts.store.outboxItem(current.id);
    const isEnded = !row || row.state === 'paused';
    // Packing needs no network.
    if (isEnded || (row.state === 'sending' && (await this.#heldBack(row)) !== null))
      current.controller.abort();
  }

  /** Goes on after the device's own database or files failed: a disk that is full or busy now is not for ever. */
  async #keepRunning(connection: ConnectionRow, signal: AbortSignal): Promise<void> {
    let failureCount = 0;
    const onWorking = (): void => {
      if (failureCount > 0) this.#parts.onError(null);
      failureCount = 0;
    };
    while (!signal.aborted) {
      try {
        await this.#run(connection, signal, onWorking);
      } catch (error) {
        if (isAborted(signal)) return;
        failureCount += 1;
        if (failureCount === 1) this.#parts.onError(toErrorData(error));
        const delayMs = retryDelayMs(failureCount, this.#parts.random());
        await pause(Math.min(delayMs, MAX_PAUSE_MS), signal);
      }
    }
  }

  /** `onWorking`: all that was to be done was done. Throws AppError STORAGE_*. */
  async #run(connection: ConnectionRow, signal: AbortSignal, onWorking: () => void): Promise<void> {
    const rows = await this.#parts.store.outbox();
    // What was sent needs no file: one that is there was left by a crash.
    const unsent = rows.filter(({ isSent }) => !isSent);
    await this.#parts.place.tidy(unsent.flatMap(({ uploadId }) => uploadId ?? []));
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const { row, untilMs } = await this.#next();
      // Stopped while it looked.
      if (isAborted(signal)) return;
      if (row) await this.#handle(row, connection, signal);
      onWorking();
      if (!row) await Promise.race([woken, this.#clock(untilMs)]);
    }
  }

  /** The oldest that may go now; else when to look again, null: when woken. */
  async #next(): Promise<{ readonly row: OutboxRow | null; readonly untilMs: number | null }> {
    const open = (await this.#parts.store.outbox()).filter(({ state }) =>
      ['waiting', 'packing', 'sending'].includes(state),
    );
    const free: OutboxRow[] = [];
    for (const row of open) {
      const held = await this.#heldBack(row);
      if (held === null) free.push(row);
      else await this.#change(row.id, () => ({ state: 'waiting', waitsFor: held }));
      if (held === 'network') void askToBeWoken();
    }
    const now = this.#parts.nowMs();
    const [row] = free.filter(({ nextTryUnixMs }) => isDue(nextTryUnixMs, now));
    for (const { id } of free.filter((other) => other !== row))
      await this.#change(id, (other) => ({
        state: 'waiting',
        waitsFor: other.nextTryUnixMs === null ? 'turn' : 'retry',
      }));
    const times = free.flatMap(({ nextTryUnixMs }) => nextTryUnixMs ?? []);
    return { row: row ?? null, untilMs: times.length > 0 ? Math.min(...times) : null };
  }

  async #heldBack(row: OutboxRow): Promise<'network' | 'unmetered-network' | null> {
    const { isOnline, isMetered } = this.#parts.readNetwork();
    if (!isOnline) return 'network';
    const { isMeteredAllowed } = await this.#parts.store.settings();
    return isMetered && !isMeteredAllowed && !row.isMeteredAllowed ? 'unmetered-network' : null;
  }

  async #handle(row: OutboxRow, connection: ConnectionRow, signal: AbortSignal): Promise<void> {
    const controller = new AbortController();
    this.#current = { id: row.id, controller };
    try {
      // Between looking and now it may have been paused.
      await this.heed();
      await new UploadTask(this.#parts, connection, row, controller.signal).run();
    } catch (error) {
      if (!controller.signal.aborted && !signal.aborted) await this.#fail(row.id, error);
    } finally {
      this.#current = null;
    }
  }

  async #fail(id: string, thrown: unknown): Promise<void> {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') return; // paused or removed
    const error = toErrorData(thrown);
    await this.#change(id, (row) => {
      if (!isPassing(error.code)) return { state: 'failed', error, waitsFor: null };
      const failureCount = row.failureCount + 1;
      const delayMs = retryDelayMs(failureCount, this.#parts.random());
      const nextTryUnixMs = this.#parts.nowMs() + delayMs;
      return { state: 'waiting', waitsFor: 'retry', error, failureCount, nextTryUnixMs };
    });
    if (error.code === 'SYNC_SIGNED_OUT') await this.#stopAll(error);
    else if (isPassing(error.code)) void askToBeWoken();
  }

  /** The endpoint does not know this device any more: nothing that waits is packed for it. */
  async #stopAll(error: ErrorData): Promise<void> {
    for (const { id } of await this.#parts.store.outbox())
      await this.#change(id, ({ state }) =>
        state === 'done' || state === 'failed' ? null : { state: 'failed', error, waitsFor: null },
      );
    this.#parts.onError(error);
  }

  async #change(id: string, change: (row: OutboxRow) => Partial<OutboxRow> | null): Promise<void> {
    let isOther = false;
    await this.#parts.store.updateOutboxItem(id, (row) => {
      if (row.state === 'paused') return null;
      const changes = change(row);
      isOther = changes !== null && differs(row, changes);
      return isOther ? changes : null;
    });
    if (isOther) this.#parts.onChanged();
  }

  /** Never, for null. */
  #clock(untilMs: number | null): Promise<void> {
    if (untilMs === null) return new Promise(() => undefined);
    return new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, untilMs - this.#parts.nowMs())),
    );
  }
}

/** A time that is further away than any wait is one from before the clock was set back. */
function isDue(nextTryUnixMs: number | null, nowMs: number): boolean {
  const waitMs = (nextTryUnixMs ?? 0) - nowMs;
  return waitMs <= 0 || waitMs > MAX_DELAY_MS;
}

function differs(row: OutboxRow, changes: Partial<OutboxRow>): boolean {
  return JSON.stringify({ ...row, ...changes }) !== JSON.stringify(row);
}

/** Asked by a function: between two looks at it a signal may have changed, which the type checker does not expect. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Ends early when it is stopped. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

async function alone(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  // Typed as always there: absent on plain http, where there are no private files either.
  const { locks } = navigator as { locks?: LockManager };
  if (locks) await locks.request(LOCK_NAME, { signal }, work);
  else await work();
}
