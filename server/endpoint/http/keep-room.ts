import { statfs } from 'node:fs/promises';
import type { MiddlewareHandler } from 'hono';
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
 * Refuses what adds to the data folder with QUOTA_EXCEEDED while its disk is almost full: reading and removing go on. An embedded database that
 * finds no room for its log ends (`database/end-when-dead.ts`).
 */
export function keepRoom({ config, database }: Endpoint): MiddlewareHandler<EndpointEnvironment> {
  const isLocal = database.kind === 'embedded' || config.store.kind === 'files';
  let hasRoom = true;
  let nextLookMs = 0;
  return async ({ req }, next) => {
    if (isLocal && ADDING_METHODS.has(req.method) && !HARMLESS_PATHS.test(req.path)) {
      if (performance.now() >= nextLookMs) {
        nextLookMs = performance.now() + LOOK_MS;
        const { bavail, bsize } = await statfs(config.dataFolder);
        hasRoom = bavail * bsize >= RESERVE_BYTES;
      }
      if (!hasRoom) throw diskFullRefusal();
    }
    await next();
  };
}
