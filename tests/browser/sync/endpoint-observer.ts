import { expect } from 'vitest';
import { SyncCalls } from '../../../src/runtime/sync/sync-calls';
import type { ConnectionRow } from '../../../src/storage/sync-rows';
import {
  FAKE_ENDPOINT_CHANNEL,
  type FakeEndpointNews,
  type FakeEndpointOrder,
} from './fake-endpoint-messages';

/** A device that is connected, with the vault's key. */
export const CONNECTION: ConnectionRow = {
  url: 'https://cars.example',
  token: 'A'.repeat(43),
  deviceId: 'device-0001',
  deviceName: 'A device',
  scopes: ['upload', 'publish'],
  connectedUnixMs: 0,
  identity: 'AGE-SECRET-KEY-1GE2DUQXS76H7DZ42PTS8C8HZ69WTSTVNSJ8YUT4FUYWD75J5TTCS4X0ELT',
  receiptKey: 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
};

/** What the workers of a test ask the fake endpoint for, and how it answers. */
export class EndpointObserver {
  readonly requests: string[] = [];
  readonly bodies: ArrayBuffer[] = [];
  readonly #channel = new BroadcastChannel(FAKE_ENDPOINT_CHANNEL);
  readonly #calls: SyncCalls[] = [];

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<FakeEndpointNews>) => {
      this.requests.push(data.request);
      if (data.body) this.bodies.push(data.body);
    };
  }

  /** Calls to a worker of its own, as a tab has one. */
  calls(): SyncCalls {
    const calls = new SyncCalls(createFakeSyncWorker);
    this.#calls.push(calls);
    return calls;
  }

  /** All workers that run heed these from now on. */
  order(...orders: readonly FakeEndpointOrder[]): void {
    this.#channel.postMessage({ orders });
  }

  count(pattern: RegExp): number {
    return this.requests.filter((request) => pattern.test(request)).length;
  }

  /** Workers tell of requests in their order, and may do so after what came of them is known. */
  async until(pattern: RegExp): Promise<void> {
    await expect.poll(() => this.count(pattern), { timeout: 20_000 }).toBeGreaterThan(0);
  }

  end(): void {
    for (const calls of this.#calls) calls.end();
    this.#channel.close();
  }
}

/** The app's worker on the fake network. */
export function createFakeSyncWorker(): Worker {
  return new Worker(new URL('./sync-on-fake-endpoint.worker.ts', import.meta.url), {
    type: 'module',
  });
}
