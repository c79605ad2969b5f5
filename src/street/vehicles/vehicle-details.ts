import type { BodyType, VehicleLook } from '../../contracts/street';
import { createRandom, type Random } from '../random';
import { drawLivery, type Livery } from './liveries';

/** What is on a roof. */
export type RoofLoad = 'none' | 'rails' | 'bars' | 'box' | 'ladder' | 'taxi' | 'bicycle';

/** Which of several faces a maker gave it. Each number picks one of the painter's variants. */
export interface FaceStyle {
  /** 0 to 4. */
  readonly grille: number;
  /** 0 to 4. */
  readonly headLamp: number;
  /** 0 to 4. */
  readonly tailLamp: number;
  readonly isBumperDark: boolean;
  readonly isChromed: boolean;
}

/** Everything that tells two vehicles of one body and colour apart. */
export interface VehicleDetails {
  /** Length, height, width against the body's own: makers differ by centimetres. */
  readonly stretch: readonly [length: number, height: number, width: number];
  /** 0 to 5. */
  readonly wheelStyle: number;
  /** sRGB. */
  readonly rimColour: number;
  readonly isGlassTinted: boolean;
  readonly face: FaceStyle;
  readonly roofLoad: RoofLoad;
  /** Nothing is spotless, few are filthy: [0, 1]. */
  readonly dirt: number;
  /** Another paint on one door, or null. */
  readonly oddPanel: string | null;
  /** Roof in black or white, or null for the paint's own. */
  readonly roofColour: string | null;
  /** A coloured band along the flank, or null. */
  readonly stripe: string | null;
  readonly hasSunroof: boolean;
  readonly hasSideStrip: boolean;
  /** Colours of small stickers at the back. */
  readonly stickers: readonly string[];
  /** A van with windows and seats all the way back. */
  readonly isGlazed: boolean;
  /** Lettering of vans, lorries, buses, taxis; null without. */
  readonly livery: Livery | null;
  /** Variant of cargo body, of motorcycle: 0 to 2. */
  readonly variant: number;
  /** Clothes and helmet of a rider, load of a pick-up, sRGB. */
  readonly accents: readonly [number, number];
  /** For blotches of dirt and the like. */
  readonly paintSeed: number;
}

const RIMS = [0xc0c4c8, 0xc0c4c8, 0xa6aaae, 0xd4d6d8, 0xa6aaae, 0x5a5d61, 0x2c2e31, 0xc7c2b4];
const ODD_PANELS = ['#c9ccce', '#33363a', '#e6e7e6', '#6d2320', '#2c4468'];
const STRIPES = ['#c8202a', '#f2f2ee', '#1b1c1e', '#2b62a8', '#e08a1a'];
const STICKERS = ['#f3f3ef', '#d23b2e', '#2d6cc0', '#f0c92e', '#3b9a4e'];
const ACCENTS = [0x16181b, 0x23272c, 0x7d1a1a, 0x24406e, 0x4c5a3a, 0xb8b2a4, 0xd06a1a, 0x5a5f66];

/** Reads a vehicle's `detailSeed`: the same look has the same details, always. */
export function drawDetails(look: VehicleLook): VehicleDetails {
  const random = createRandom(look.detailSeed);
  const isCar = isPassengerCar(look.bodyType);
  const roofLoad = drawRoofLoad(random, look.bodyType);
  const livery = drawLivery(random.fork('livery'), look.bodyType, roofLoad === 'taxi');
  return {
    stretch: [
      1 + stretchM(random, look.bodyType),
      random.between(0.985, 1.015),
      random.between(0.985, 1.01),
    ],
    wheelStyle: Math.floor(random.between(0, 6)),
    rimColour: random.pick(RIMS),
    isGlassTinted: random.chance(0.3),
    face: {
      grille: Math.floor(random.between(0, 5)),
      headLamp: Math.floor(random.between(0, 5)),
      tailLamp: Math.floor(random.between(0, 5)),
      isBumperDark: random.chance(look.bodyType === 'van' ? 0.6 : 0.15),
      isChromed: random.chance(0.4),
    },
    roofLoad,
    dirt: random.next() ** 2,
    oddPanel: isCar && random.chance(0.05) ? random.pick(ODD_PANELS) : null,
    roofColour: isCar && random.chance(0.12) ? random.pick(['#121315', '#eceded']) : null,
    stripe: isCar && random.chance(0.07) ? random.pick(STRIPES) : null,
    hasSunroof: isCar && random.chance(0.3),
    hasSideStrip: isCar && random.chance(0.35),
    stickers: Array.from({ length: Math.floor(random.next() ** 2 * 4) }, () =>
      random.pick(STICKERS),
    ),
    isGlazed: look.bodyType === 'van' && livery === null,
    livery,
    variant: Math.floor(random.between(0, 3)),
    accents: [random.pick(ACCENTS), random.pick(ACCENTS)],
    paintSeed: random.seed(),
  };
}

/** Cars as COCO understands them. */
export function isPassengerCar(bodyType: BodyType): boolean {
  return (
    bodyType === 'hatchback' || bodyType === 'saloon' || bodyType === 'estate' || bodyType === 'suv'
  );
}

/** Share of the length; a bus's would be half a metre otherwise. */
function stretchM(random: Random, bodyType: BodyType): number {
  const most = bodyType === 'bus' || bodyType === 'lorry' ? 0.006 : 0.018;
  return random.between(-most, most);
}

function drawRoofLoad(random: Random, bodyType: BodyType): RoofLoad {
  const draw = random.next();
  switch (bodyType) {
    case 'estate':
      if (draw < 0.5) return 'rails';
      return draw < 0.62 ? 'box' : draw < 0.68 ? 'taxi' : 'none';
    case 'suv':
      if (draw < 0.6) return 'rails';
      return draw < 0.7 ? 'box' : 'none';
    case 'saloon':
      return draw < 0.15 ? 'taxi' : 'none';
    case 'hatchback':
      if (draw < 0.1) return 'bars';
      return draw < 0.14 ? 'bicycle' : 'none';
    case 'van':
      if (draw < 0.2) return 'bars';
      return draw < 0.35 ? 'ladder' : 'none';
    default:
      return 'none';
  }
}
