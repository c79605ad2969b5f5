import { Frustum, Matrix4, Sphere, Vector3, type PerspectiveCamera, type Scene } from 'three';
import type { StreetQuality, VehicleState } from '../contracts/street';
import type { StandingVehicle } from './truth/truth-measurer';
import { BODY_FACTS } from './vehicles/body-facts';
import type { VehicleModel } from './vehicles/vehicle-model';
import { VehicleWorkshop } from './vehicles/vehicle-workshop';

/** A model is kept that long after its vehicle left, microseconds of the scene: some drive round and return. */
const KEPT_US = 60_000_000;
/** How far around a vehicle its shadow may fall into the picture, metres: one of 3.4 m under a sun 30 degrees high. */
const SHADOW_REACH_M = 6;

interface CastMember {
  readonly model: VehicleModel;
  /** Scene time at which it was on the street last. */
  lastUs: number;
}

/** How a moment is lit. */
export interface CastLight {
  readonly areLampsOn: boolean;
  readonly timeUs: number;
}

/**
 * The vehicles of a scene: each has a model from when it comes near a camera's picture until some time after it left. Building
 * one takes tens of milliseconds, so at most one is built ahead of need in a frame.
 */
export class VehicleCast {
  readonly #scene: Scene;
  readonly #workshop: VehicleWorkshop;
  readonly #members = new Map<number, CastMember>();
  #standing: readonly StandingVehicle[] = [];

  /** `scene` is borrowed. */
  constructor(scene: Scene, quality: StreetQuality) {
    this.#scene = scene;
    this.#workshop = new VehicleWorkshop(quality);
  }

  /** Those in the scene now. Not all need be in a camera's picture. */
  get standing(): readonly StandingVehicle[] {
    return this.#standing;
  }

  /** Puts the vehicles where they are; those not told of leave the scene. All that `camera` may see are there then. */
  show(states: readonly VehicleState[], camera: PerspectiveCamera, light: CastLight): void {
    const view = new Frustum().setFromProjectionMatrix(
      new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse),
    );
    let hasBuiltAhead = false;
    const standing: StandingVehicle[] = [];
    for (const state of states) {
      let member = this.#members.get(state.identity);
      if (!member) {
        const isNeeded = view.intersectsSphere(reachOf(state));
        if (!isNeeded && hasBuiltAhead) continue;
        hasBuiltAhead ||= !isNeeded;
        member = { model: this.#workshop.build(state.look), lastUs: 0 };
        this.#members.set(state.identity, member);
      }
      const { model } = member;
      member.lastUs = light.timeUs;
      model.pose(state, light);
      if (!model.object.parent) this.#scene.add(model.object);
      standing.push({ state, model });
    }
    this.#standing = standing;
    this.#sendAway(new Set(states.map(({ identity }) => identity)), light.timeUs);
  }

  /** Takes all vehicles out of the scene and keeps them. */
  clear(): void {
    for (const { model } of this.#members.values()) this.#scene.remove(model.object);
    this.#standing = [];
  }

  dispose(): void {
    this.clear();
    for (const { model } of this.#members.values()) model.dispose();
    this.#members.clear();
    this.#workshop.dispose();
  }

  #sendAway(present: ReadonlySet<number>, timeUs: number): void {
    for (const [identity, { model, lastUs }] of this.#members) {
      if (present.has(identity)) continue;
      this.#scene.remove(model.object);
      if (timeUs - lastUs < KEPT_US) continue;
      model.dispose();
      this.#members.delete(identity);
    }
  }
}

/** Around a vehicle and its shadow. */
function reachOf({ look, xM, zM }: VehicleState): Sphere {
  const { lengthM, heightM } = BODY_FACTS[look.bodyType];
  return new Sphere(new Vector3(xM, heightM / 2, zM), lengthM / 2 + SHADOW_REACH_M);
}
