import { DirectionalLight, HemisphereLight, PointLight, Vector3, type Scene } from 'three';
import type { StreetCameraPlan, StreetQuality } from '../../contracts/street';
import type { StreetLamp } from './street-furniture';
import type { WeatherLight } from './weather-light';

const SHADOW_SIDE_PX: Readonly<Record<StreetQuality, number>> = { plain: 1024, fine: 2048 };
/** Shadows are drawn where vehicles are still large enough to matter. */
const SHADOW_REACH_M = 58;
/** What stands outside the picture may throw its shadow into it. */
const SHADOW_MARGIN_M = 2;
/** By eye, between two faults: less, and sunlit faces are striped by their own shadow; more, and shadows come off the tyres. */
const SHADOW_BIAS = -0.0006;
const SHADOW_NORMAL_BIAS = 0.03;
/** Softness of shadow edges where a GPU draws (`fine`), by eye. */
const SHADOW_RADIUS = 3;
/** Farther than any roof or crown from the ground it shades. */
const SUN_DISTANCE_M = 70;

/** Lamps that truly light things, the nearest in view; each costs every pixel. */
const LIT_LAMP_COUNT: Readonly<Record<StreetQuality, number>> = { plain: 2, fine: 3 };
/** A lamp's light, warm white, candela in three.js's sense, and how far it reaches. */
const LAMP_COLOUR = 0xffc98a;
const LAMP_INTENSITY = 70;
const LAMP_REACH_M = 24;

/** Sun or sky, and the street lamps near to what a camera sees. */
export class Sunlight {
  readonly #sun: DirectionalLight;
  readonly #direction: Vector3;
  readonly #lamps: readonly StreetLamp[];
  readonly #litLamps: readonly PointLight[];

  constructor(
    scene: Scene,
    light: WeatherLight,
    quality: StreetQuality,
    lamps: readonly StreetLamp[],
  ) {
    this.#lamps = lamps;
    this.#direction = new Vector3(...light.direction).normalize();
    this.#sun = new DirectionalLight(light.directColour, light.directIntensity);
    const { shadow } = this.#sun;
    this.#sun.castShadow = light.shadowStrength > 0;
    shadow.intensity = light.shadowStrength;
    shadow.mapSize.setScalar(SHADOW_SIDE_PX[quality]);
    shadow.bias = SHADOW_BIAS;
    shadow.normalBias = SHADOW_NORMAL_BIAS;
    shadow.radius = SHADOW_RADIUS;
    scene.add(new HemisphereLight(light.skyColour, light.groundColour, light.skyIntensity));
    scene.add(this.#sun, this.#sun.target);
    const count = light.areLampsOn ? LIT_LAMP_COUNT[quality] : 0;
    this.#litLamps = Array.from(
      { length: count },
      () =>
        new PointLight(LAMP_COLOUR, LAMP_INTENSITY * (light.wetness > 0 ? 0.4 : 1), LAMP_REACH_M),
    );
    for (const lamp of this.#litLamps) scene.add(lamp);
  }

  /** Fits the shadows to the ground a camera sees, and lights the lamps that matter there. */
  prepareFor(plan: StreetCameraPlan): void {
    const ground = groundInView(plan);
    if (this.#sun.castShadow) this.#fitShadow(ground);
    const [x, , z] = plan.targetM;
    const nearest = [...this.#lamps].sort(
      (a, b) => Math.hypot(a.xM - x, a.zM - z) - Math.hypot(b.xM - x, b.zM - z),
    );
    this.#litLamps.forEach((lamp, index) => {
      const place = nearest[index];
      if (place) lamp.position.set(place.xM, place.yM, place.zM);
    });
  }

  dispose(): void {
    this.#sun.dispose();
    for (const lamp of this.#litLamps) lamp.dispose();
  }

  #fitShadow(ground: readonly Vector3[]): void {
    const sun = this.#sun;
    const middle = ground
      .reduce((sum, point) => sum.add(point), new Vector3())
      .multiplyScalar(1 / ground.length);
    sun.target.position.copy(middle);
    sun.position.copy(middle).addScaledVector(this.#direction, SUN_DISTANCE_M);
    sun.updateMatrixWorld();
    sun.target.updateMatrixWorld();
    const { camera } = sun.shadow;
    camera.position.copy(sun.position);
    camera.lookAt(middle);
    camera.updateMatrixWorld();
    let [left, right, bottom, top] = [0, 0, 0, 0];
    for (const point of ground) {
      const seen = point.clone().applyMatrix4(camera.matrixWorldInverse);
      left = Math.min(left, seen.x - SHADOW_MARGIN_M);
      right = Math.max(right, seen.x + SHADOW_MARGIN_M);
      bottom = Math.min(bottom, seen.y - SHADOW_MARGIN_M);
      top = Math.max(top, seen.y + SHADOW_MARGIN_M);
    }
    Object.assign(camera, { left, right, bottom, top, near: 5, far: SUN_DISTANCE_M + 45 });
    camera.updateProjectionMatrix();
  }
}

/** Corners of the road and pavements that a camera sees, from its lower edge to `SHADOW_REACH_M`. */
function groundInView(plan: StreetCameraPlan): readonly Vector3[] {
  const eye = new Vector3(...plan.positionM);
  const forwards = new Vector3(...plan.targetM).sub(eye).normalize();
  const sideways = new Vector3().crossVectors(forwards, new Vector3(0, 1, 0)).normalize();
  const upwards = new Vector3().crossVectors(sideways, forwards);
  const tangent = Math.tan((plan.verticalFovDeg * Math.PI) / 360);
  const aspect = plan.widthPx / plan.heightPx;
  const corners: Vector3[] = [];
  for (const x of [-1, 1]) {
    for (const y of [-1, 1]) {
      const ray = forwards
        .clone()
        .addScaledVector(sideways, x * tangent * aspect)
        .addScaledVector(upwards, y * tangent)
        .normalize();
      const reach = ray.y < 0 ? Math.min(-eye.y / ray.y, SHADOW_REACH_M) : SHADOW_REACH_M;
      corners.push(eye.clone().addScaledVector(ray, reach).setY(0));
    }
  }
  return corners;
}
