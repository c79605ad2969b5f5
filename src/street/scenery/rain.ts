import {
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Float32BufferAttribute,
  Mesh,
  ShaderMaterial,
  Vector3,
} from 'three';
import type { StreetCameraPlan } from '../../contracts/street';
import type { Random } from '../random';

const DROP_COUNT = 420;
/** Drops fall in a box before the camera; nearer than this they would be blobs. */
const NEAREST_M = 2.2;
const DEPTH_M = 14;
const WIDTH_M = 12;
const HEIGHT_M = 9;
/** Terminal speed of a drop of 2 mm (Gunn and Kinzer, 1949), metres a second. */
const FALL_MPS = 6.5;
/** A streak is what a drop covers during an exposure of 1/50 s or so. */
const STREAK_M = 0.16;
const THICKNESS_M = 0.0045;
/** After this the streaks jump, unseen among so many. */
const RAIN_CYCLE_S = 600;

const VERTEX_SHADER = /* glsl */ `
  attribute vec3 start;
  uniform vec3 origin, forwards, sideways;
  uniform float timeS;
  varying float vFade;
  void main() {
    float speed = ${FALL_MPS.toFixed(1)} * (0.85 + 0.3 * fract(start.x * 7.31));
    float fallen = fract(start.y - timeS * speed / ${HEIGHT_M.toFixed(1)});
    float depth = ${NEAREST_M.toFixed(1)} + start.z * ${DEPTH_M.toFixed(1)};
    vec3 place = origin + forwards * depth + sideways * (start.x - 0.5) * ${WIDTH_M.toFixed(1)};
    place.y += (fallen - 0.5) * ${HEIGHT_M.toFixed(1)} - depth * 0.18;
    float thickness = max(${THICKNESS_M}, depth * 0.0011);
    place += sideways * (position.x * thickness + position.y * 0.02);
    place.y += position.y * ${STREAK_M};
    vFade = ${THICKNESS_M} / thickness;
    gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
  }`;

const FRAGMENT_SHADER = /* glsl */ `
  uniform vec3 colour;
  varying float vFade;
  void main() { gl_FragColor = vec4(colour, 0.34 * vFade); }`;

/** Falling streaks before a camera. */
export class Rain {
  readonly mesh: Mesh;
  readonly #geometry = new InstancedBufferGeometry();
  readonly #material: ShaderMaterial;

  constructor(random: Random, colour: readonly [number, number, number]) {
    const geometry = this.#geometry;
    geometry.setAttribute(
      'position',
      new Float32BufferAttribute([-1, -0.5, 0, 1, -0.5, 0, 1, 0.5, 0, -1, 0.5, 0], 3),
    );
    geometry.setIndex([0, 1, 2, 0, 2, 3]);
    geometry.instanceCount = DROP_COUNT;
    const starts = Float32Array.from({ length: DROP_COUNT * 3 }, () => random.next());
    geometry.setAttribute('start', new InstancedBufferAttribute(starts, 3));
    this.#material = new ShaderMaterial({
      vertexShader: VERTEX_SHADER,
      fragmentShader: FRAGMENT_SHADER,
      transparent: true,
      depthWrite: false,
      uniforms: {
        origin: { value: new Vector3() },
        forwards: { value: new Vector3(0, 0, -1) },
        sideways: { value: new Vector3(1, 0, 0) },
        timeS: { value: 0 },
        colour: { value: new Vector3(...colour) },
      },
    });
    this.mesh = new Mesh(geometry, this.#material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 10;
  }

  /** `timeUs`: of the scene. */
  update(timeUs: number): void {
    // Whole cycles are taken off, so that hours do not cost single precision its streaks.
    this.#set('timeS', (timeUs / 1e6) % RAIN_CYCLE_S);
  }

  prepareFor({ positionM, targetM }: StreetCameraPlan): void {
    const eye = new Vector3(...positionM);
    const forwards = new Vector3(...targetM).sub(eye).setY(0).normalize();
    this.#set('origin', eye);
    this.#set('forwards', forwards);
    this.#set('sideways', new Vector3(-forwards.z, 0, forwards.x));
  }

  dispose(): void {
    this.#geometry.dispose();
    this.#material.dispose();
  }

  #set(name: string, value: number | Vector3): void {
    const uniform = this.#material.uniforms[name];
    if (uniform) uniform.value = value;
  }
}
