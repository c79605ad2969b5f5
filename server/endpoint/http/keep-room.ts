import { statfs } from 'node:fs/promises';
import type { MiddlewareHandler } from 'hono';
import { MAX_PIECE_BYTES } from '../../../src/core/sync-api/catalogue';
import { diskFullRefusal } from '../disk-full';
import type { Endpoint, EndpointEnvironment } from '../endpoint';

/** What is kept free on the disk, so that sessions can still be removed: four parts of the embedded database's log. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** The disk is not asked more often. */
const LOOK_MS = 1000;

const ADDING_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** What stores nothing to speak of: searching, and letting in the device that removes sessions. */
const HARMLESS_PATHS = /^\/api\/(pair|pairing-codes|sightings\/search)$/;

/**
 * Refuses what adds to the data folder with QUOTA_EXCEEDED while its disk is almost full, or would be by what is on its way: reading and
 * removing go on. An embedded database that finds no room for its log ends (`database/end-when-dead.ts`).
 */
export function keepRoom({ config, database }: Endpoint): MiddlewareHandler<EndpointEnvironment> {
  const isLocal = database.kind === 'embedded' || config.store.kind === 'files';
  const disk = { freeBytes: 0, comingBytes: 0 };
  let looked = Promise.resolve();
  let nextLookMs = 0;
  const look = async (): Promise<void> => {
    const { bavail, bsize } = await statfs(config.dataFolder);
    disk.freeBytes = bavail * bsize - disk.comingBytes;
  };
  return async ({ req }, next) => {
    if (!isLocal || !ADDING_METHODS.has(req.method) || HARMLESS_PATHS.test(req.path)) return next();
    if (performance.now() >= nextLookMs) {
      nextLookMs = performance.now() + LOOK_MS;
      looked = look();
    }
    await looked;
    const bytes = bodyBytes(req.raw.headers);
    if (disk.freeBytes - bytes < RESERVE_BYTES) throw diskFullRefusal();
    disk.freeBytes -= bytes;
    disk.comingBytes += bytes;
    try {
      await next();
    } finally {
      disk.comingBytes -= bytes;
    }
  };
}

/** As announced; a body that does not say its length may be a piece. */
function bodyBytes(headers: Headers): number {
  const length = Number(headers.get('Content-Length') ?? Number.NaN);
  if (length >= 0) return Math.min(length, MAX_PIECE_BYTES);
  return headers.has('Transfer-Encoding') ? MAX_PIECE_BYTES : 0;
}
