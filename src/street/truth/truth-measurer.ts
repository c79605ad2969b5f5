import type { Object3D, Scene, WebGLRenderer } from 'three';
import type { StreetCameraPlan, VehicleState, VehicleTruth } from '../../contracts/street';
import { BODY_FACTS } from '../vehicles/body-facts';
import { cutAtFrame, extentOf, viewFrom } from './vehicle-extent';
import { VisibilityMeter, type MeterLens } from './visibility-meter';

/** A vehicle as it stands in the scene. */
export interface StandingVehicle {
  readonly state: VehicleState;
  readonly model: { readonly object: Object3D; readonly outlineM: Float32Array };
}

/** Knows what is true about the pictures of one camera. */
export class TruthMeasurer {
  readonly #lens: MeterLens;
  readonly #plan: StreetCameraPlan;
  readonly #meter: VisibilityMeter;

  /** `renderer` and `lens` are borrowed; the lens must stay where it is. */
  constructor(renderer: WebGLRenderer, lens: MeterLens, plan: StreetCameraPlan) {
    this.#lens = lens;
    this.#plan = plan;
    this.#meter = new VisibilityMeter(renderer, lens, plan);
  }

  /** All vehicles of which something is in the frame, hidden or not. The scene was drawn just now: matrices are up to date. */
  measure(scene: Scene, vehicles: readonly StandingVehicle[]): readonly VehicleTruth[] {
    const { widthPx, heightPx, positionM } = this.#plan;
    const framed = vehicles.flatMap(({ state, model }) => {
      const extent = extentOf(model.outlineM, model.object.matrixWorld, (x, y, z) =>
        this.#lens.project(x, y, z),
      );
      const box = extent && cutAtFrame(extent, widthPx, heightPx);
      return extent && box ? [{ state, object: model.object, extent, box }] : [];
    });
    const seen = this.#meter.measure(
      scene,
      framed.map(({ object }) => object),
    );
    return framed.flatMap(({ state, extent, box }, index) => {
      const visibility = seen[index];
      // Its box may reach into a corner of the frame that the vehicle itself does not.
      if (!visibility?.isInFrame) return [];
      const { identity, look, speedMps, isParked } = state;
      return {
        identity,
        bodyType: look.bodyType,
        vehicleClass: BODY_FACTS[look.bodyType].vehicleClass,
        box,
        heightPx: extent.y2 - extent.y1,
        visibleFraction: visibility.share,
        view: viewFrom(state, positionM[0], positionM[2]),
        speedMps,
        isParked,
      };
    });
  }

  dispose(): void {
    this.#meter.dispose();
  }
}
