import {
  BufferGeometry,
  Float32BufferAttribute,
  HalfFloatType,
  LinearFilter,
  Mesh,
  NoToneMapping,
  OrthographicCamera,
  PerspectiveCamera,
  Scene,
  ShaderMaterial,
  Vector2,
  Vector3,
  WebGLRenderTarget,
  type WebGLRenderer,
} from 'three';
import type { StreetCameraPlan, StreetQuality, StreetWeather } from '../../contracts/street';
import { distortRadius, limitDistortion, pinholeScale } from './lens-distortion';
import { LENS_FRAGMENT_SHADER, LENS_VERTEX_SHADER } from './lens-shader';

/** How a camera's automatic gain answers the weather: stops it adds, and what that does to its noise. */
const GAIN_BY_WEATHER: Readonly<
  Record<StreetWeather, { readonly stopsEv: number; readonly noiseFactor: number }>
> = {
  sun: { stopsEv: 0, noiseFactor: 1 },
  overcast: { stopsEv: 0.1, noiseFactor: 1.1 },
  rain: { stopsEv: 0.15, noiseFactor: 1.4 },
  dusk: { stopsEv: 0.55, noiseFactor: 2.2 },
};

/** Edges are smoothed by this many samples where a GPU draws. */
const FINE_SAMPLE_COUNT = 4;
/** Nothing of the street comes closer to a camera. */
const NEAR_M = 0.3;
const FAR_M = 700;

/**
 * A cheap camera: draws the scene as a pinhole sees it, then once more through its lens and sensor. Tone mapping
 * (ACES, as fitted by Stephen Hill) and sRGB happen here and nowhere else.
 */
export class StreetLens {
  /** The pinhole; its picture is wider than the plan's where the lens is a barrel. */
  readonly camera: PerspectiveCamera;

  readonly #renderer: WebGLRenderer;
  readonly #plan: StreetCameraPlan;
  readonly #k1: number;
  readonly #target: WebGLRenderTarget;
  readonly #material: ShaderMaterial;
  readonly #geometry: BufferGeometry;
  readonly #passScene = new Scene();
  readonly #passCamera = new OrthographicCamera();

  /** `renderer` is borrowed; its size is set when this draws, its own tone mapping is turned off. */
  constructor(
    renderer: WebGLRenderer,
    plan: StreetCameraPlan,
    look: { readonly weather: StreetWeather; readonly quality: StreetQuality },
  ) {
    this.#renderer = renderer;
    this.#plan = plan;
    const aspect = plan.widthPx / plan.heightPx;
    this.#k1 = limitDistortion(plan.optics.distortionK1, aspect);
    const scale = pinholeScale(this.#k1, aspect);
    renderer.toneMapping = NoToneMapping;
    this.camera = createPinhole(plan, scale);
    this.#target = new WebGLRenderTarget(
      Math.round(plan.widthPx * scale),
      Math.round(plan.heightPx * scale),
      {
        type: HalfFloatType,
        minFilter: LinearFilter,
        magFilter: LinearFilter,
        samples: look.quality === 'fine' ? FINE_SAMPLE_COUNT : 0,
      },
    );
    this.#material = createMaterial(this.#target, plan, look.weather, this.#k1, scale);
    // One triangle that reaches beyond all four corners.
    this.#geometry = new BufferGeometry().setAttribute(
      'position',
      new Float32BufferAttribute([-1, -1, 0, 3, -1, 0, -1, 3, 0], 3),
    );
    const mesh = new Mesh(this.#geometry, this.#material);
    mesh.frustumCulled = false;
    this.#passScene.add(mesh);
  }

  /** Draws onto the renderer's canvas, which gets the plan's size. `frameSeed`: another one, other noise. */
  draw(scene: Scene, frameSeed: number): void {
    const renderer = this.#renderer;
    const plan = this.#plan;
    const size = renderer.getSize(new Vector2());
    if (size.x !== plan.widthPx || size.y !== plan.heightPx || renderer.getPixelRatio() !== 1) {
      renderer.setPixelRatio(1);
      renderer.setSize(plan.widthPx, plan.heightPx, false);
    }
    setUniform(this.#material, 'frameSeed', frameSeed >>> 0);
    renderer.setRenderTarget(this.#target);
    renderer.render(scene, this.camera);
    renderer.setRenderTarget(null);
    renderer.render(this.#passScene, this.#passCamera);
  }

  /** Where a point of the street is in the picture, display pixels, distortion included; null behind the camera. */
  project(
    xM: number,
    yM: number,
    zM: number,
  ): { readonly xPx: number; readonly yPx: number } | null {
    const plan = this.#plan;
    const point = new Vector3(xM, yM, zM).applyMatrix4(this.camera.matrixWorldInverse);
    if (point.z > -NEAR_M) return null;
    const halfHeights = -1 / (point.z * Math.tan((plan.verticalFovDeg * Math.PI) / 360));
    const radius = Math.hypot(point.x, point.y) * halfHeights;
    const stretch = radius > 0 ? distortRadius(radius, this.#k1) / radius : 1;
    const pixels = halfHeights * stretch * (plan.heightPx / 2);
    return {
      xPx: plan.widthPx / 2 + point.x * pixels,
      yPx: plan.heightPx / 2 - point.y * pixels,
    };
  }

  dispose(): void {
    this.#target.dispose();
    this.#material.dispose();
    this.#geometry.dispose();
  }
}

function createPinhole(plan: StreetCameraPlan, scale: number): PerspectiveCamera {
  const halfHeight = Math.tan((plan.verticalFovDeg * Math.PI) / 360) * scale;
  const camera = new PerspectiveCamera(
    (Math.atan(halfHeight) * 360) / Math.PI,
    plan.widthPx / plan.heightPx,
    NEAR_M,
    FAR_M,
  );
  camera.position.set(...plan.positionM);
  camera.lookAt(...plan.targetM);
  camera.updateMatrixWorld();
  return camera;
}

function createMaterial(
  target: WebGLRenderTarget,
  plan: StreetCameraPlan,
  weather: StreetWeather,
  k1: number,
  scale: number,
): ShaderMaterial {
  const { optics } = plan;
  const { stopsEv, noiseFactor } = GAIN_BY_WEATHER[weather];
  const exposure = 2 ** (optics.exposureEv + stopsEv);
  return new ShaderMaterial({
    vertexShader: LENS_VERTEX_SHADER,
    fragmentShader: LENS_FRAGMENT_SHADER,
    depthTest: false,
    depthWrite: false,
    uniforms: {
      picture: { value: target.texture },
      texel: { value: new Vector2(1 / target.width, 1 / target.height) },
      aspect: { value: plan.widthPx / plan.heightPx },
      k1: { value: k1 },
      pinholeScale: { value: scale },
      // Two samples d apart from the middle, bilinear, have a variance of d below one texel and of d^2 above.
      blurTexels: { value: optics.blurPx < 1 ? optics.blurPx ** 2 : optics.blurPx },
      vignette: { value: optics.vignette },
      gain: { value: new Vector3(...optics.whiteBalance).multiplyScalar(exposure) },
      toneMappingExposure: { value: 1 },
      noise: { value: (optics.noise * noiseFactor) / 255 },
      frameSeed: { value: 0 },
    },
  });
}

function setUniform(material: ShaderMaterial, name: string, value: number): void {
  const uniform = material.uniforms[name];
  if (uniform) uniform.value = value;
}
