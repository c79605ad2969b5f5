import type { HttpBindings } from '@hono/node-server';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Scope } from '../../src/core/sync-api/access';
import type { ReceiptKey } from './access/receipt-key';
import type { Revocations } from './access/revocations';
import type { EndpointConfig } from './config';
import type { Database } from './database/database';
import type { PieceLocks } from './uploads/piece-locks';

/** What every part of the endpoint is built with; one for each process. */
export interface Endpoint {
  readonly config: EndpointConfig;
  readonly database: Database;
  /** No addresses, no names, no tokens. */
  readonly log: Logger;
  /** What `/metrics` tells. */
  readonly metrics: Registry;
  /** For streams that outlive the check of their token. */
  readonly revocations: Revocations;
  readonly pieceLocks: PieceLocks;
  /** Signs what was removed; the same for all processes on one database. */
  readonly receiptKey: ReceiptKey;
  /** Aborted when the process is asked to stop: streams end, timers are cleared. */
  readonly stopping: AbortSignal;
  /** Unix milliseconds; tests turn it. */
  readonly now: () => number;
}

/** Who asks: put there by `access/authenticate.ts`. */
export type Access =
  | { readonly kind: 'device'; readonly deviceId: string; readonly scopes: readonly Scope[] }
  /** Opens one session, for reading. */
  | { readonly kind: 'share'; readonly sessionId: string };

/** Hono's environment of all routes. */
export interface EndpointEnvironment {
  Bindings: HttpBindings;
  Variables: {
    /** In answers to what failed, and in the log. */
    requestId: string;
    /** For limits only: never logged, never stored. */
    clientAddress: string;
    /** A program on the same machine, with no proxy between. */
    isLoopback: boolean;
    /** Null: no token came along. */
    access: Access | null;
  };
}
