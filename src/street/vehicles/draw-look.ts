import { BODY_TYPES, type BodyType, type VehicleLook } from '../../contracts/street';
import type { Random } from '../random';

/**
 * How many of a hundred vehicles are of each body, as on a European town road. Motorcycles, buses and lorries are a
 * little more common than that, so that a minute of street shows them.
 */
const BODY_SHARES: Readonly<Record<BodyType, number>> = {
  hatchback: 28,
  saloon: 15,
  estate: 11,
  suv: 20,
  van: 10,
  pickup: 4,
  lorry: 5,
  bus: 3,
  motorcycle: 4,
};

/** Colour and how many of a hundred cars have it, after the manufacturers' yearly statistics: grey, white, black, blue lead. */
const CAR_PAINTS = [
  [0xe6e8e8, 19],
  [0x6e7377, 12],
  [0x55595e, 8],
  [0x16181b, 17],
  [0x23272d, 4],
  [0xaeb2b5, 10],
  [0x1f3f70, 7],
  [0x2f5d96, 4],
  [0x93161c, 6],
  [0xb4252a, 2],
  [0x2f4a3c, 2],
  [0x6d604f, 2],
  [0x9db4c4, 2],
  [0xc9c2b0, 2],
  [0xc8621c, 1],
  [0xd9b021, 1],
  [0x4a6a50, 1],
] as const;
const VAN_PAINTS = [
  [0xe9ebeb, 62],
  [0xb3b7ba, 10],
  [0x3f464d, 8],
  [0x1d4a86, 8],
  [0xa41f20, 6],
  [0xe0b42a, 3],
  [0x2c5b3f, 3],
] as const;
const CAB_PAINTS = [
  [0xe7e9e9, 45],
  [0x1f4f92, 16],
  [0x9e1d1f, 16],
  [0x2f6b45, 8],
  [0xd9a021, 6],
  [0x4a5057, 9],
] as const;
const BUS_PAINTS = [
  [0xb3202a, 30],
  [0xe7e8e4, 30],
  [0x2a66ad, 16],
  [0xd8a72a, 12],
  [0x3a8a54, 12],
] as const;
const MOTORCYCLE_PAINTS = [
  [0x17191c, 34],
  [0xa0191f, 20],
  [0x1f4a8c, 14],
  [0xdfe1e1, 12],
  [0x4e5459, 10],
  [0x3d7a2c, 5],
  [0xc9621b, 5],
] as const;

type PaintTable = readonly (readonly [colour: number, share: number])[];

const PAINTS: Readonly<Record<BodyType, PaintTable>> = {
  hatchback: CAR_PAINTS,
  saloon: CAR_PAINTS,
  estate: CAR_PAINTS,
  suv: CAR_PAINTS,
  pickup: CAR_PAINTS,
  van: VAN_PAINTS,
  lorry: CAB_PAINTS,
  bus: BUS_PAINTS,
  motorcycle: MOTORCYCLE_PAINTS,
};

/** Letters no plate confuses with a digit. */
const PLATE_LETTERS = 'ABCDEFGHJKLMNPRSTUVWXY'.split('');
const PLATE_DIGITS = '0123456789'.split('');
/** Batches of one paint differ by this much, of 255. */
const PAINT_SPREAD = 7;

/** One vehicle of the street's mix; of this body, when one is given. Always takes the same number of draws. */
export function drawLook(random: Random, bodyType?: BodyType): VehicleLook {
  const drawn = weighted(
    random,
    BODY_TYPES.map((type) => [type, BODY_SHARES[type]] as const),
  );
  const body = bodyType ?? drawn;
  const paint = shade(weighted(random, PAINTS[body]), random);
  const letters = (count: number): string =>
    Array.from({ length: count }, () => random.pick(PLATE_LETTERS)).join('');
  const digits = Array.from({ length: 3 }, () => random.pick(PLATE_DIGITS)).join('');
  return {
    bodyType: body,
    paint,
    plate: `${letters(2)} ${digits} ${letters(2)}`,
    detailSeed: random.seed(),
  };
}

function weighted<Entry>(
  random: Random,
  table: readonly (readonly [entry: Entry, share: number])[],
): Entry {
  const total = table.reduce((sum, [, share]) => sum + share, 0);
  let left = random.next() * total;
  for (const [entry, share] of table) {
    left -= share;
    if (left < 0) return entry;
  }
  const last = table.at(-1);
  if (!last) throw new RangeError('Expected a table with an entry, got none');
  return last[0];
}

function shade(colour: number, random: Random): number {
  const offset = Math.round(random.between(-PAINT_SPREAD, PAINT_SPREAD));
  const channel = (shift: number): number =>
    Math.min(255, Math.max(0, ((colour >> shift) & 255) + offset)) << shift;
  return channel(16) | channel(8) | channel(0);
}
