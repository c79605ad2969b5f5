import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import type { Endpoint } from '../endpoint';
import { networkOf } from '../http/client-address';
import { Refusal } from '../refusal';

const MINUTE_S = 60;
/** As long as a pairing code lives. */
const PAIRING_WINDOW_S = 600;
/** Somebody who mistypes needs a few; a program that guesses 50 bits is stopped at once. */
const BAD_CODES_PER_ADDRESS = 10;
/** From everywhere together: many addresses guess no faster. It also stops those who mean well, for ten minutes at most. */
const BAD_CODES_IN_ALL = 100;
const ALL = 'all';

/** Counts requests; with a database server all processes count together. Times are the machine's own, not `endpoint.now`. */
export interface RateLimits {
  /** Counts a request of a device. Refuses with RATE_LIMITED. */
  countDevice(deviceId: string): Promise<void>;
  /** Counts a request without a good token. Refuses with RATE_LIMITED. */
  countAddress(address: string): Promise<void>;
  /**
   * Counts a code before it is looked at, so that of many at once none slips by. Refuses with RATE_LIMITED when this address, or all
   * together, have brought too many bad ones. Returns what takes it from the count again: for a good one.
   */
  countCode(address: string): Promise<() => Promise<void>>;
}

/** The limits of the configuration. */
export function createRateLimits(endpoint: Endpoint): RateLimits {
  const { device, address } = endpoint.config.requestsPerMinute;
  const devices = createLimiter(endpoint, 'device', device, MINUTE_S);
  const addresses = createLimiter(endpoint, 'address', address, MINUTE_S);
  const badCodes = createLimiter(endpoint, 'code', BAD_CODES_PER_ADDRESS, PAIRING_WINDOW_S);
  const allBadCodes = createLimiter(endpoint, 'codes', BAD_CODES_IN_ALL, PAIRING_WINDOW_S);
  return {
    countDevice: (deviceId) => consume(devices, deviceId),
    countAddress: (from) => consume(addresses, networkOf(from)),
    async countCode(from) {
      await consume(badCodes, networkOf(from));
      await consume(allBadCodes, ALL);
      return async () => {
        await badCodes.reward(networkOf(from));
        await allBadCodes.reward(ALL);
      };
    },
  };
}

function createLimiter(
  { database }: Endpoint,
  keyPrefix: string,
  points: number,
  duration: number,
): RateLimiterAbstract {
  const options = { keyPrefix, points, duration };
  if (database.kind === 'embedded') return new RateLimiterMemory(options);
  return new RateLimiterPostgres({
    ...options,
    // All it asks of a client is `query`; this way it goes through the pool that everything goes through.
    storeClient: {
      query: async ({ text, values }: { text: string; values: (string | number)[] }) => {
        const rows = await database.query(text, values);
        return { rows, rowCount: rows.length };
      },
    },
    storeType: 'client',
    tableName: 'request_counts',
    tableCreated: true,
    // Whoever is over the limit is refused from memory: a flood does not reach the database.
    inMemoryBlockOnConsumed: points + 1,
  });
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (error instanceof RateLimiterRes) throw tooMany(error.msBeforeNext);
    throw error;
  }
}

function tooMany(msBeforeNext: number): Refusal {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return new Refusal('RATE_LIMITED', `Too many requests. Come again in ${seconds} s.`, seconds);
}
