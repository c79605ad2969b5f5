import {
  BoxGeometry,
  Mesh,
  MeshBasicMaterial,
  PlaneGeometry,
  Scene,
  type Material,
  type Object3D,
} from 'three';
import type { StreetCameraPlan, VehicleState } from '../../../../src/contracts/street';
import { openRenderer, type OpenedRenderer } from '../../../../src/street/open-renderer';
import { StreetLens } from '../../../../src/street/optics/street-lens';
import { TruthMeasurer } from '../../../../src/street/truth/truth-measurer';
import { FAULTLESS_OPTICS } from '../faultless-optics';

/** 5 m up, looking along -z and down to the ground 20 m ahead. */
export const TEST_CAMERA: StreetCameraPlan = {
  cameraId: 'test',
  label: 'Test',
  positionM: [0, 5, 0],
  targetM: [0, 0, -20],
  verticalFovDeg: 30,
  widthPx: 320,
  heightPx: 180,
  optics: FAULTLESS_OPTICS,
};

/** Vehicles that are bright boxes, walls that are black: everything about them can be worked out by hand. */
export class BoxStreet {
  readonly scene = new Scene();
  readonly opened: OpenedRenderer;
  readonly lens: StreetLens;
  readonly measurer: TruthMeasurer;
  readonly plan: StreetCameraPlan;
  readonly vehicles: { readonly state: VehicleState; readonly model: BoxModel }[] = [];

  constructor(plan: StreetCameraPlan = TEST_CAMERA) {
    this.plan = plan;
    this.opened = openRenderer();
    this.lens = new StreetLens(this.opened.renderer, plan, { weather: 'sun', quality: 'plain' });
    this.measurer = new TruthMeasurer(this.opened.renderer, this.lens, plan);
  }

  /** A vehicle 4 m long, 2 m wide, 1.5 m high that drives away from the camera unless `headingRad` says otherwise. */
  addVehicle(xM: number, zM: number, headingRad = Math.PI / 2): void {
    const identity = this.vehicles.length + 1;
    const model = new BoxModel(xM, zM, headingRad);
    this.scene.add(model.object);
    const look = { bodyType: 'saloon', paint: 0xffffff, plate: 'A', detailSeed: 1 } as const;
    const state: VehicleState = {
      identity,
      look,
      xM,
      zM,
      headingRad,
      speedMps: 3,
      drivenM: 0,
      steerRad: 0,
      isBraking: false,
      indicator: null,
      isParked: false,
    };
    this.vehicles.push({ state, model });
  }

  /** An upright wall that faces the camera. */
  addWall(x1M: number, x2M: number, zM: number, material: Material = blackPaint()): Mesh {
    const wall = new Mesh(new PlaneGeometry(x2M - x1M, 40), material);
    wall.position.set((x1M + x2M) / 2, 0, zM);
    this.scene.add(wall);
    return wall;
  }

  draw(): void {
    this.lens.draw(this.scene, 1);
  }

  /** Extent of what is bright in the picture drawn last, pixels; null when nothing is. */
  brightExtent(): { x1: number; y1: number; x2: number; y2: number } | null {
    const { widthPx, heightPx } = this.plan;
    const context = this.opened.renderer.getContext();
    const pixels = new Uint8Array(widthPx * heightPx * 4);
    context.readPixels(0, 0, widthPx, heightPx, context.RGBA, context.UNSIGNED_BYTE, pixels);
    const extent = { x1: Infinity, y1: Infinity, x2: -Infinity, y2: -Infinity };
    for (let y = 0; y < heightPx; y += 1) {
      for (let x = 0; x < widthPx; x += 1) {
        if ((pixels[(y * widthPx + x) * 4] ?? 0) < 100) continue;
        extent.x1 = Math.min(extent.x1, x);
        extent.x2 = Math.max(extent.x2, x + 1);
        extent.y1 = Math.min(extent.y1, heightPx - 1 - y);
        extent.y2 = Math.max(extent.y2, heightPx - y);
      }
    }
    return extent.x1 < extent.x2 ? extent : null;
  }

  dispose(): void {
    this.measurer.dispose();
    this.lens.dispose();
    this.opened.renderer.dispose();
    this.opened.renderer.forceContextLoss();
  }
}

class BoxModel {
  readonly object: Object3D;
  readonly outlineM = new Float32Array(
    [-2, 2].flatMap((x) => [0, 1.5].flatMap((y) => [-1, 1].flatMap((z) => [x, y, z]))),
  );

  constructor(xM: number, zM: number, headingRad: number) {
    const material = new MeshBasicMaterial({ color: 0xffffff });
    this.object = new Mesh(new BoxGeometry(4, 1.5, 2).translate(0, 0.75, 0), material);
    this.object.position.set(xM, 0, zM);
    this.object.rotation.y = headingRad;
  }
}

function blackPaint(): MeshBasicMaterial {
  return new MeshBasicMaterial({ color: 0x000000 });
}
