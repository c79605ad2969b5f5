import type { Box, VehicleClass } from '../../../src/contracts/detection';
import type { Track, TrackState } from '../../../src/contracts/track';

/** Frame size of the scripted street, pixels. */
export const SCENE_WIDTH_PX = 1280;
export const SCENE_HEIGHT_PX = 720;

/** What the script says about one vehicle. */
export interface Actor {
  readonly trackId: number;
  readonly vehicleNumber: number | null;
  readonly vehicleClass: VehicleClass;
  readonly color: string;
  readonly startX: number;
  readonly bottomY: number;
  readonly widthPx: number;
  readonly speedPxPerS: number;
  readonly state: TrackState;
  /** Similarity to a vehicle of the gallery; null for a new one. */
  readonly similarity: number | null;
}

/** One of every kind the overlay tells apart. */
export const ACTORS: readonly Actor[] = [
  {
    trackId: 1,
    vehicleNumber: 7,
    vehicleClass: 'car',
    color: '#a23b34',
    startX: 120,
    bottomY: 560,
    widthPx: 250,
    speedPxPerS: 60,
    state: 'confirmed',
    similarity: 0.87,
  },
  {
    trackId: 2,
    vehicleNumber: 41,
    vehicleClass: 'truck',
    color: '#d8d4c8',
    startX: 760,
    bottomY: 440,
    widthPx: 300,
    speedPxPerS: -45,
    state: 'confirmed',
    similarity: null,
  },
  {
    trackId: 3,
    vehicleNumber: 42,
    vehicleClass: 'car',
    color: '#3c5a78',
    startX: 520,
    bottomY: 360,
    widthPx: 120,
    speedPxPerS: -30,
    state: 'confirmed',
    similarity: null,
  },
  {
    trackId: 4,
    vehicleNumber: null,
    vehicleClass: 'car',
    color: '#8d9794',
    startX: 330,
    bottomY: 350,
    widthPx: 110,
    speedPxPerS: 25,
    state: 'confirmed',
    similarity: null,
  },
  {
    trackId: 5,
    vehicleNumber: 40,
    vehicleClass: 'motorcycle',
    color: '#222222',
    startX: 640,
    bottomY: 600,
    widthPx: 120,
    speedPxPerS: 30,
    state: 'lost',
    similarity: null,
  },
  {
    trackId: 6,
    vehicleNumber: null,
    vehicleClass: 'bus',
    color: '#46604f',
    startX: 40,
    bottomY: 340,
    widthPx: 130,
    speedPxPerS: 12,
    state: 'tentative',
    similarity: null,
  },
  {
    trackId: 7,
    vehicleNumber: 12,
    vehicleClass: 'bus',
    color: '#c9a13b',
    startX: 930,
    bottomY: 620,
    widthPx: 330,
    speedPxPerS: -20,
    state: 'confirmed',
    similarity: 0.93,
  },
];

/** Height over width of a class's box. */
const ASPECTS: Readonly<Record<VehicleClass, number>> = {
  car: 0.52,
  motorcycle: 0.8,
  bus: 0.55,
  truck: 0.52,
};

/** Where an actor is, seconds after the start; it drives up and down its stretch. */
function actorBox(actor: Actor, seconds: number): Box {
  const way = actor.speedPxPerS * (4 - Math.abs((seconds % 8) - 4));
  const x1 = actor.startX + way;
  const height = actor.widthPx * ASPECTS[actor.vehicleClass];
  return { x1, y1: actor.bottomY - height, x2: x1 + actor.widthPx, y2: actor.bottomY };
}

/** The script as a tracker would tell it. */
export function actorTrack(actor: Actor, seconds: number): Track {
  const box = actorBox(actor, seconds);
  const isForward = seconds % 8 < 4;
  return {
    id: actor.trackId,
    state: actor.state,
    box,
    velocityXPxPerS: isForward ? actor.speedPxPerS : -actor.speedPxPerS,
    velocityYPxPerS: 0,
    vehicleClass: actor.vehicleClass,
    score: actor.state === 'lost' ? null : 0.8,
    detectedBox: actor.state === 'lost' ? null : box,
    firstSeenUs: 0,
    lastSeenUs: seconds * 1e6,
    hitCount: 20,
  };
}

type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** Draws the street at a time. */
export function drawScene(context: Context, seconds: number): void {
  const { width, height } = context.canvas;
  context.save();
  context.scale(width / SCENE_WIDTH_PX, height / SCENE_HEIGHT_PX);
  const sky = context.createLinearGradient(0, 0, 0, 300);
  sky.addColorStop(0, '#8fa3ad');
  sky.addColorStop(1, '#c6cdca');
  context.fillStyle = sky;
  context.fillRect(0, 0, SCENE_WIDTH_PX, 300);
  context.fillStyle = '#7c8a72';
  context.fillRect(0, 250, SCENE_WIDTH_PX, 50);
  context.fillStyle = '#59605f';
  context.fillRect(0, 295, SCENE_WIDTH_PX, 425);
  context.fillStyle = '#e7e4d8';
  for (let x = 0; x < SCENE_WIDTH_PX; x += 120) context.fillRect(x, 470, 64, 6);
  for (const actor of ACTORS) {
    if (actor.state !== 'lost') drawVehicle(context, actorBox(actor, seconds), actor.color);
  }
  context.restore();
}

/** A vehicle seen from the side, filling a box. */
export function drawVehicle(context: Context, box: Box, color: string): void {
  const width = box.x2 - box.x1;
  const height = box.y2 - box.y1;
  context.fillStyle = 'rgb(0 0 0 / 25%)';
  context.fillRect(box.x1 + width * 0.04, box.y2 - height * 0.07, width * 0.92, height * 0.09);
  context.fillStyle = color;
  context.beginPath();
  context.roundRect(box.x1 + width * 0.16, box.y1, width * 0.62, height * 0.6, height * 0.2);
  context.roundRect(box.x1, box.y1 + height * 0.38, width, height * 0.48, height * 0.16);
  context.fill();
  context.fillStyle = '#22303a';
  context.fillRect(box.x1 + width * 0.22, box.y1 + height * 0.1, width * 0.22, height * 0.28);
  context.fillRect(box.x1 + width * 0.48, box.y1 + height * 0.1, width * 0.23, height * 0.28);
  context.fillStyle = '#161616';
  for (const share of [0.2, 0.78]) {
    context.beginPath();
    context.arc(box.x1 + width * share, box.y2 - height * 0.14, height * 0.15, 0, Math.PI * 2);
    context.fill();
  }
}
