import {
  type BufferGeometry,
  CanvasTexture,
  Group,
  type Material,
  Mesh,
  SRGBColorSpace,
} from 'three';
import type { StreetQuality, VehicleLook } from '../../contracts/street';
import { paintAtlas } from './atlas-painter';
import { bodyKey, type BodyPlan, buildBody, buildRider, planOf } from './body-builder';
import { ContactShadow } from './contact-shadow';
import { type LampName, LampKit, lampGeometry } from './lamp-glow';
import { makeGlass, makeSharedMaterials, makeSkin } from './materials';
import type { BuiltMesh, Slot } from './mesh-builder';
import { outlineOf } from './outline';
import { drawDetails, isPassengerCar, type VehicleDetails } from './vehicle-details';
import { makeModel, type MountedWheel, type VehicleModel } from './vehicle-model';
import { buildSlimWheel, buildWheel } from './wheel-mesh';

/** Rims in shares of the tyre's radius. */
const CAR_RIM_SHARE = 0.68;
const HEAVY_RIM_SHARE = 0.56;
const LAMP_NAMES: readonly LampName[] = ['head', 'tail', 'brake', 'left', 'right'];

interface SharedBody extends BuiltMesh {
  readonly outlineM: Float32Array;
}

/** Builds vehicles. Bodies, wheels and materials are shared between those that have the same. */
export class VehicleWorkshop {
  readonly #quality: StreetQuality;
  readonly #materials = makeSharedMaterials();
  readonly #shadow = new ContactShadow();
  readonly #lamps = new LampKit();
  readonly #bodies = new Map<string, SharedBody>();
  readonly #wheels = new Map<string, BufferGeometry>();
  readonly #lampGeometries = new Map<string, BufferGeometry>();

  /** Needs OffscreenCanvas with a 2D context; no WebGL context, that comes with the first frame. */
  constructor(quality: StreetQuality) {
    this.#quality = quality;
  }

  /** The same look is the same vehicle to the pixel. The caller disposes of the model before the workshop. */
  build(look: VehicleLook): VehicleModel {
    const details = drawDetails(look);
    const plan = planOf(look.bodyType, details);
    const shared = this.#body(look, details);
    const texture = new CanvasTexture(paintAtlas(look, details, plan.extent, plan.shape));
    // Turning a canvas upside down on upload is slow in software: the atlas counts from the top instead.
    texture.flipY = false;
    texture.colorSpace = SRGBColorSpace;
    texture.anisotropy = this.#quality === 'fine' ? 4 : 1;
    const skin = makeSkin(texture, this.#quality, details.paintSeed % 2 === 0);
    const glass = makeGlass(texture, details.isGlassTinted);
    const materials: Readonly<Record<Slot, Material>> = {
      skin,
      glass,
      parts: this.#materials.parts,
    };
    const body = new Group();
    body.scale.set(...details.stretch);
    const shell = new Mesh(
      shared.geometry,
      shared.slots.map((slot) => materials[slot]),
    );
    const owned: BufferGeometry[] = [];
    const wheels = this.#mountWheels(plan, look, details);
    const wheelMeshes = new Set(wheels.map(({ mesh }) => mesh));
    const solids = [shell, ...wheelMeshes];
    if (look.bodyType === 'motorcycle') {
      const rider = buildRider(details);
      owned.push(rider);
      solids.push(new Mesh(rider, this.#materials.parts));
    }
    for (const mesh of solids) {
      // In software each shadow costs; a wheel's lies in its body's, but for a motorcycle's.
      mesh.castShadow = this.#quality === 'fine' || plan.shape === null || !wheelMeshes.has(mesh);
      mesh.receiveShadow = true;
      body.add(mesh);
    }
    const lamps = this.#mountLamps(plan, look);
    body.add(...Object.values(lamps));
    return makeModel({
      body,
      shadow: this.#shadow.mesh(...plan.footprintM),
      wheels,
      lamps,
      outlineM: stretched(shared.outlineM, details.stretch),
      leaningWheelbaseM: look.bodyType === 'motorcycle' ? plan.wheelbaseM : null,
      dispose: () => {
        skin.dispose();
        glass.dispose();
        texture.dispose();
        for (const geometry of owned) geometry.dispose();
      },
    });
  }

  /** Frees what models share. */
  dispose(): void {
    for (const { geometry } of this.#bodies.values()) geometry.dispose();
    for (const geometry of this.#wheels.values()) geometry.dispose();
    for (const geometry of this.#lampGeometries.values()) geometry.dispose();
    for (const material of Object.values<Material>({ ...this.#materials })) material.dispose();
    this.#shadow.dispose();
    this.#lamps.dispose();
  }

  #body(look: VehicleLook, details: VehicleDetails): SharedBody {
    return remember(this.#bodies, bodyKey(look, details), () => {
      const built = buildBody(look, details);
      return { ...built, outlineM: this.#outline(built.geometry, look, details) };
    });
  }

  /** Of the body on its wheels. */
  #outline(body: BufferGeometry, look: VehicleLook, details: VehicleDetails): Float32Array {
    const wheels = this.#mountWheels(planOf(look.bodyType, details), look, details).map(
      ({ mesh }) => {
        mesh.updateMatrix();
        return mesh.geometry.clone().applyMatrix4(mesh.matrix);
      },
    );
    const outlineM = outlineOf([body, ...wheels]);
    for (const wheel of wheels) wheel.dispose();
    return outlineM;
  }

  #mountWheels(
    plan: BodyPlan,
    look: VehicleLook,
    details: VehicleDetails,
  ): readonly MountedWheel[] {
    const geometry = this.#wheel(look, details);
    return plan.wheels.map(({ xM, zM, radiusM, widthM, isSteered }) => {
      const mesh = new Mesh(geometry, this.#materials.parts);
      mesh.position.set(xM, radiusM, zM);
      mesh.scale.set(radiusM, radiusM, widthM);
      const isLeft = zM < 0;
      if (isLeft) mesh.rotation.y = Math.PI;
      return { mesh, radiusM, isSteered, isLeft };
    });
  }

  #wheel(look: VehicleLook, details: VehicleDetails): BufferGeometry {
    const { wheelStyle, rimColour } = details;
    if (look.bodyType === 'motorcycle') {
      return remember(this.#wheels, `slim ${rimColour}`, () => buildSlimWheel(rimColour));
    }
    const isHeavy = look.bodyType === 'lorry' || look.bodyType === 'bus';
    // Steel wheels with plastic covers are for small cars, vans and what earns its keep.
    const hasAlloys = isPassengerCar(look.bodyType) || look.bodyType === 'pickup';
    const style = isHeavy ? 5 : hasAlloys ? wheelStyle : wheelStyle < 3 ? 4 : wheelStyle;
    const rimShare = isHeavy ? HEAVY_RIM_SHARE : CAR_RIM_SHARE;
    return remember(this.#wheels, `${style} ${rimColour} ${rimShare}`, () =>
      buildWheel(style, rimColour, rimShare),
    );
  }

  #mountLamps(plan: BodyPlan, look: VehicleLook): Readonly<Record<LampName, Mesh>> {
    const mount = (name: LampName): Mesh => {
      const geometry = remember(this.#lampGeometries, `${look.bodyType} ${name}`, () =>
        lampGeometry(name, plan.headLampM, plan.tailLampM),
      );
      return this.#lamps.mesh(name, geometry);
    };
    const [head, tail, brake, left, right] = LAMP_NAMES.map(mount);
    if (!head || !tail || !brake || !left || !right) throw new Error('Expected five lamps');
    return { head, tail, brake, left, right };
  }
}

function remember<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}

function stretched(
  pointsM: Float32Array,
  stretch: readonly [number, number, number],
): Float32Array {
  return pointsM.map((value, index) => value * (stretch[index % 3] ?? 1));
}
