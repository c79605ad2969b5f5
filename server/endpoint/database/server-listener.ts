import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/** Between tries to connect again. */
const RECONNECT_MS = 1000;

type Listener = (payload: string | null) => void;

/**
 * LISTEN on a connection of its own: one of the pool would be given to others. Connects when first needed, and again whenever the
 * connection is lost; listeners then hear null.
 */
export class ServerListener {
  readonly #options: pg.ClientConfig;
  readonly #log: Logger;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #closing = new AbortController();
  #client: Promise<pg.Client> | null = null;

  constructor(options: pg.ClientConfig, log: Logger) {
    this.#options = { ...options, keepAlive: true };
    this.#log = log;
  }

  /** See Database.listen. Throws when the first connection cannot be made. */
  async listen(channel: string, listener: Listener): Promise<() => Promise<void>> {
    const existing = this.#listeners.get(channel);
    if (existing === undefined) this.#listeners.set(channel, new Set([listener]));
    else existing.add(listener);
    try {
      const client = await (this.#client ??= this.#first());
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      this.#listeners.get(channel)?.delete(listener);
      throw error;
    }
    return async () => {
      const listeners = this.#listeners.get(channel);
      listeners?.delete(listener);
      if (listeners?.size === 0) {
        this.#listeners.delete(channel);
        // A lost connection has forgotten the channel anyhow.
        const client = await this.#client?.catch(() => null);
        await client?.query(`unlisten ${client.escapeIdentifier(channel)}`).catch(() => null);
      }
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const client = await this.#client?.catch(() => null);
    await client?.end();
  }

  async #first(): Promise<pg.Client> {
    try {
      return this.#watch(await this.#connect());
    } catch (error) {
      this.#client = null;
      throw error;
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#options);
    client.on('notification', ({ channel, payload = '' }) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(payload);
    });
    // Whoever waits for an answer hears of it; without a listener Node would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Connects again when `client` is lost. */
  #watch(client: pg.Client): pg.Client {
    client.once('end', () => {
      if (this.#closing.signal.aborted) return;
      this.#log.warn('database listener lost its connection; connecting again');
      this.#client = this.#reconnect();
      // Waited for by whoever listens next; only closing makes it fail.
      this.#client.catch(() => null);
    });
    return client;
  }

  async #reconnect(): Promise<pg.Client> {
    for (;;) {
      await wait(RECONNECT_MS, undefined, { signal: this.#closing.signal });
      try {
        const client = await this.#connect();
        for (const channel of this.#listeners.keys()) {
          await client.query(`listen ${client.escapeIdentifier(channel)}`);
        }
        for (const listeners of this.#listeners.values()) {
          for (const listener of listeners) listener(null);
        }
        return this.#watch(client);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#log.warn({ reason }, 'database listener cannot connect yet');
      }
    }
  }
}
