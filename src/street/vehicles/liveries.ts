import type { BodyType } from '../../contracts/street';
import type { Random } from '../random';

/** What a firm writes on its vehicles. Names are invented. */
export interface Livery {
  readonly name: string;
  readonly line: string;
  readonly ink: string;
  /** Second colour of bands and shapes. */
  readonly band: string;
  /** 0 to 3: plain lettering, band, wave, block. */
  readonly layout: number;
  /** Colour of a lorry's cargo body. */
  readonly cargo: string;
}

const FIRMS = [
  ['NORDLUND', 'Heating & Water'],
  ['Brevik Foods', 'fresh every day'],
  ['HALDEN', 'Logistics'],
  ['Tallis & Moor', 'Builders'],
  ['QUICKFERN', 'Parcels'],
  ['Oakmere', 'Dairy'],
  ['SOLVANG', 'Electric'],
  ['Pellworth', 'Furniture'],
  ['MARISK', 'Fish market'],
  ['Ardal', 'Garden & Tree'],
  ['VOLTERRA', 'Tiles'],
  ['Kestrel', 'Couriers'],
] as const;
const ROUTES = [
  '42 STATION',
  '7 HARBOUR',
  '15 HOSPITAL',
  '3 OLD TOWN',
  '28 PARK',
  'NOT IN SERVICE',
];
const INKS = ['#1d3f7a', '#9c1c1c', '#1c5a34', '#22252a', '#c05a12', '#5a2a6e'];
const BANDS = ['#2c67b8', '#d0342c', '#3c9450', '#f0b428', '#e8792a', '#7a4a96'];
const CARGOS = [
  '#e4e5e3',
  '#e4e5e3',
  '#d3d6d8',
  '#dcd6c6',
  '#2c5a94',
  '#a32a26',
  '#38704c',
  '#d8a02a',
];

/** The ink, or white where it would not be read on this background (`#rrggbb`). */
export function readableInk(ink: string, background: string): string {
  const channel = (at: number): number => Number.parseInt(background.slice(at, at + 2), 16);
  // Rec. 601 weights; half grey is where dark letters give way to light ones.
  const luma = 0.299 * channel(1) + 0.587 * channel(3) + 0.114 * channel(5);
  return luma > 128 ? ink : '#f4f4f0';
}

/** Which vehicles are lettered, and how. */
export function drawLivery(random: Random, bodyType: BodyType, isTaxi: boolean): Livery | null {
  const [name, line] = random.pick(FIRMS);
  const livery = {
    name,
    line,
    ink: random.pick(INKS),
    band: random.pick(BANDS),
    layout: Math.floor(random.between(0, 4)),
    cargo: random.pick(CARGOS),
  };
  if (isTaxi) return { ...livery, name: 'TAXI', line: '0800 262', layout: 0 };
  if (bodyType === 'bus') return { ...livery, name: random.pick(ROUTES), line: 'City Lines' };
  if (bodyType === 'lorry') return livery;
  return bodyType === 'van' && random.chance(0.6) ? livery : null;
}
