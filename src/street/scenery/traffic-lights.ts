import { CircleGeometry, Mesh, MeshBasicMaterial, type BufferGeometry, type Object3D } from 'three';
import { ROAD, SIDE_ROAD, SIGNAL, type SignalColour, type Signals } from '../layout';
import type { SceneryBuilder } from './scenery-builder';
import { box, post } from './shapes';

const LAMP_COLOURS: Readonly<Record<SignalColour, number>> = {
  red: 0xff2a1a,
  amber: 0xffa010,
  green: 0x12e078,
};
/** From above. */
const LAMP_ORDER = ['red', 'amber', 'green'] as const satisfies readonly SignalColour[];
/** A lit lamp outshines sunlit paint, yet not so much that the camera would see it white; an unlit one is dark glass. */
const LIT = 1.8;
const UNLIT = 0.035;

const HEAD_BOTTOM_M = 2.35;
const LAMP_PITCH_M = 0.31;
const LAMP_RADIUS_M = 0.125;

interface HeadPlace {
  readonly group: keyof Signals;
  readonly xM: number;
  readonly zM: number;
  /** Turn about y so that it looks at those who wait; 0 looks to +z. */
  readonly turnRad: number;
}

const HEADS: readonly HeadPlace[] = [
  { group: 'main', xM: ROAD.rightKerbXM + 0.5, zM: SIGNAL.awayStopZM - 0.6, turnRad: 0 },
  // Once more behind the junction, for those who stand too close to the first.
  { group: 'main', xM: ROAD.leftKerbXM - 0.5, zM: SIGNAL.towardsStopZM - 2, turnRad: 0 },
  { group: 'main', xM: ROAD.leftKerbXM - 0.5, zM: SIGNAL.towardsStopZM + 0.6, turnRad: Math.PI },
  {
    group: 'side',
    xM: SIGNAL.sideStopXM - 0.6,
    zM: SIDE_ROAD.zM - SIDE_ROAD.halfWidthM - 0.5,
    turnRad: Math.PI / 2,
  },
];

/** The traffic lights; `show` switches their lamps. */
export class TrafficLights {
  readonly #lamps: Readonly<
    Record<keyof Signals, Readonly<Record<SignalColour, MeshBasicMaterial>>>
  >;

  /** Poles and heads go into the builder, lamps straight into `parent`; all is freed with the builder. */
  constructor(builder: SceneryBuilder, parent: Object3D) {
    const group = (): Record<SignalColour, MeshBasicMaterial> => ({
      red: builder.own(new MeshBasicMaterial()),
      amber: builder.own(new MeshBasicMaterial()),
      green: builder.own(new MeshBasicMaterial()),
    });
    this.#lamps = { main: group(), side: group() };
    const steel = builder.material({});
    const disc = builder.own(new CircleGeometry(LAMP_RADIUS_M, 16));
    for (const head of HEADS) {
      this.#addHead(builder, steel, disc, head, parent);
    }
    this.show({ main: 'red', side: 'red' });
  }

  show(signals: Signals): void {
    for (const group of ['main', 'side'] as const) {
      for (const colour of LAMP_ORDER) {
        this.#lamps[group][colour].color
          .set(LAMP_COLOURS[colour])
          .multiplyScalar(signals[group] === colour ? LIT : UNLIT);
      }
    }
  }

  #addHead(
    builder: SceneryBuilder,
    steel: ReturnType<SceneryBuilder['material']>,
    disc: BufferGeometry,
    { group, xM, zM, turnRad }: HeadPlace,
    parent: Object3D,
  ): void {
    const place = (part: BufferGeometry): BufferGeometry =>
      part.rotateY(turnRad).translate(xM, 0, zM);
    const dark = { tint: 0x1d2022, castsShadow: true };
    builder.add(steel, place(post(0.06, HEAD_BOTTOM_M + 0.6, [0, 0, -0.16])), {
      tint: 0x4a4e50,
      castsShadow: true,
    });
    const heightM = LAMP_PITCH_M * 3 + 0.06;
    builder.add(steel, place(box([0.36, heightM, 0.2], [0, HEAD_BOTTOM_M, 0])), dark);
    LAMP_ORDER.forEach((colour, index) => {
      const yM = HEAD_BOTTOM_M + heightM - LAMP_PITCH_M * (index + 0.5) - 0.03;
      builder.add(steel, place(box([0.3, 0.03, 0.16], [0, yM + LAMP_RADIUS_M, 0.17])), dark);
      const lamp = new Mesh(disc, this.#lamps[group][colour]);
      lamp.position.set(xM + Math.sin(turnRad) * 0.11, yM, zM + Math.cos(turnRad) * 0.11);
      lamp.rotation.y = turnRad;
      parent.add(lamp);
    });
  }
}
