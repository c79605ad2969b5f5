import { Group, type Mesh, type Object3D } from 'three';
import type { VehicleState } from '../../contracts/street';
import type { LampName } from './lamp-glow';

/** A vehicle that can be put into a scene. */
export interface VehicleModel {
  /** Origin on the ground, mid-length; +x forward, y up. Belongs to the model. */
  readonly object: Object3D;
  /** xyz triples: local points whose projected extent is the vehicle's box. A motorcycle's is without its rider, as COCO has it. */
  readonly outlineM: Float32Array;
  /** Puts it where the state says and turns wheels and lamps accordingly. */
  pose(state: VehicleState, light: PoseLight): void;
  /** Frees what no other vehicle shares. */
  dispose(): void;
}

export interface PoseLight {
  /** Dusk and rain: headlamps and tail lamps are lit. */
  readonly areLampsOn: boolean;
  /** Scene time, microseconds: indicators blink by it. */
  readonly timeUs: number;
}

export interface MountedWheel {
  readonly mesh: Mesh;
  readonly radiusM: number;
  readonly isSteered: boolean;
  /** Looks to the left: turned by half a circle, so that it rolls the other way round. */
  readonly isLeft: boolean;
}

/** What a model moves and frees. */
export interface ModelParts {
  readonly body: Group;
  readonly shadow: Object3D;
  readonly wheels: readonly MountedWheel[];
  readonly lamps: Readonly<Record<LampName, Mesh>>;
  readonly outlineM: Float32Array;
  /** Of a motorcycle, metres; null: the vehicle does not lean. */
  readonly leaningWheelbaseM: number | null;
  readonly dispose: () => void;
}

/** Half a blink, microseconds: 1.4 Hz, within what the rules of the road allow (1 to 2 Hz). */
const BLINK_HALF_US = 357_000;
/** Riders lean further; the tyre of a model would leave the road, radians. */
const MOST_LEAN_RAD = 0.4;
const GRAVITY_MPS2 = 9.81;

/** Assembles a model from its parts. */
export function makeModel(parts: ModelParts): VehicleModel {
  const object = new Group();
  object.add(parts.shadow, parts.body);
  for (const { mesh } of parts.wheels) {
    // Steering (y) comes before rolling (z).
    mesh.rotation.order = 'YXZ';
  }
  return {
    object,
    outlineM: parts.outlineM,
    pose: (state, light) => {
      object.position.set(state.xM, 0, state.zM);
      object.rotation.y = state.headingRad;
      turnWheels(parts, state);
      parts.body.rotation.x = leanRad(parts, state);
      switchLamps(parts, state, light);
    },
    dispose: () => {
      object.removeFromParent();
      parts.dispose();
    },
  };
}

function turnWheels({ wheels }: ModelParts, state: VehicleState): void {
  for (const { mesh, radiusM, isSteered, isLeft } of wheels) {
    const rolledRad = (state.drivenM / radiusM) % (2 * Math.PI);
    mesh.rotation.z = isLeft ? rolledRad : -rolledRad;
    mesh.rotation.y = (isSteered ? state.steerRad : 0) + (isLeft ? Math.PI : 0);
  }
}

/** Into the bend by the angle at which gravity and the turn balance; on its stand when parked. */
function leanRad({ leaningWheelbaseM }: ModelParts, state: VehicleState): number {
  if (leaningWheelbaseM === null) return 0;
  if (state.isParked) return -0.12;
  const lateralMps2 = (state.speedMps ** 2 * Math.tan(state.steerRad)) / leaningWheelbaseM;
  const lean = Math.atan(lateralMps2 / GRAVITY_MPS2);
  return -Math.min(MOST_LEAN_RAD, Math.max(-MOST_LEAN_RAD, lean));
}

function switchLamps({ lamps }: ModelParts, state: VehicleState, light: PoseLight): void {
  const areOn = light.areLampsOn && !state.isParked;
  const isBlinkOn = Math.floor(light.timeUs / BLINK_HALF_US) % 2 === 0;
  lamps.head.visible = areOn;
  lamps.tail.visible = areOn;
  lamps.brake.visible = state.isBraking;
  lamps.left.visible = state.indicator === 'left' && isBlinkOn;
  lamps.right.visible = state.indicator === 'right' && isBlinkOn;
}
