import {
  BackSide,
  BoxGeometry,
  Color,
  Mesh,
  MeshBasicMaterial,
  PMREMGenerator,
  Scene,
  ShaderMaterial,
  SphereGeometry,
  Vector3,
  type WebGLRenderer,
  type WebGLRenderTarget,
} from 'three';
import type { Random } from '../random';
import type { WeatherLight } from './weather-light';

/** Behind everything, and inside the lens's far plane wherever a camera stands. */
const SKY_RADIUS_M = 450;
/** Walls and hedges that paint mirrors as a dark band, sRGB. */
const RING_COLOURS = [0x3a332c, 0x2b3524, 0x59544b, 0x24301d];
const RING_SIZE = 26;
/** How much of the light falls on the ring; by eye, not measured: about twice as light by day, in sun or not, as at dusk or in rain. */
const RING_SKY_SHARE = 0.45;
const RING_SUN_SHARE = 0.15;

const VERTEX_SHADER = /* glsl */ `
  varying vec3 vDirection;
  void main() {
    vDirection = position;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }`;

const FRAGMENT_SHADER = /* glsl */ `
  varying vec3 vDirection;
  uniform vec3 sunDirection, zenith, horizon, cloudColour, ground, drift;
  uniform float cloudCover, sunGlow;
  float chance(vec2 p) { return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453); }
  float smoothChance(vec2 p) {
    vec2 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(chance(i), chance(i + vec2(1, 0)), f.x),
      mix(chance(i + vec2(0, 1)), chance(i + vec2(1, 1)), f.x), f.y);
  }
  void main() {
    vec3 v = normalize(vDirection);
    vec3 c = mix(horizon, zenith, pow(clamp(v.y, 0.0, 1.0), 0.55));
    if (v.y > 0.02) {
      vec2 p = v.xz / (v.y + 0.12) * 1.3 + drift.xy;
      float k = smoothChance(p) * 0.5 + smoothChance(p * 2.1) * 0.25 + smoothChance(p * 4.3) * 0.15 +
        smoothChance(p * 9.0) * 0.1;
      float edge = mix(0.75, 0.2, cloudCover);
      c = mix(c, cloudColour * (0.85 + 0.3 * k), smoothstep(edge, edge + 0.25, k) * smoothstep(0.02, 0.2, v.y) * 0.85);
    }
    if (v.y < 0.0) c = mix(horizon * 0.75, ground, smoothstep(0.0, -0.12, v.y));
    float towardsSun = max(dot(v, sunDirection), 0.0);
    c += vec3(1.0, 0.9, 0.7) * sunGlow * (pow(towardsSun, 350.0) * 14.0 + pow(towardsSun, 12.0) * 0.35);
    gl_FragColor = vec4(c, 1.0);
  }`;

/** The sky as a sphere around the street; `dispose` frees what it holds. */
export function createSky(light: WeatherLight, random: Random): Mesh {
  const material = new ShaderMaterial({
    side: BackSide,
    depthWrite: false,
    vertexShader: VERTEX_SHADER,
    fragmentShader: FRAGMENT_SHADER,
    uniforms: {
      sunDirection: { value: new Vector3(...light.direction).normalize() },
      zenith: { value: new Color(light.zenithColour) },
      horizon: { value: new Color(light.horizonColour) },
      cloudColour: { value: new Color(light.cloudColour) },
      ground: { value: new Color(light.groundColour).multiplyScalar(0.35) },
      drift: { value: new Vector3(random.between(0, 50), random.between(0, 50), 0) },
      cloudCover: { value: light.cloudCover },
      sunGlow: { value: light.sunGlow },
    },
  });
  const sky = new Mesh(new SphereGeometry(SKY_RADIUS_M, 32, 16), material);
  // Last, where nothing else was drawn: its pixels are dear.
  sky.renderOrder = 5;
  return sky;
}

/**
 * What car paint and glass mirror: sky, ground, and a ring of dark walls and hedges that gives reflections an edge.
 * Belongs to the caller.
 */
export function renderEnvironment(
  renderer: WebGLRenderer,
  light: WeatherLight,
  random: Random,
): WebGLRenderTarget {
  const scene = new Scene();
  const sky = createSky(light, random);
  sky.scale.setScalar(50 / SKY_RADIUS_M);
  scene.add(sky);
  const brightness = light.skyIntensity * RING_SKY_SHARE + light.directIntensity * RING_SUN_SHARE;
  const wallShape = new BoxGeometry(1, 1, 1);
  const walls = RING_COLOURS.map(
    (colour) => new MeshBasicMaterial({ color: new Color(colour).multiplyScalar(brightness) }),
  );
  for (let index = 0; index < RING_SIZE; index += 1) {
    const angle = (index / RING_SIZE) * Math.PI * 2;
    const heightM = random.between(4, 12);
    const wall = new Mesh(wallShape, walls[index % walls.length]);
    wall.scale.set(6, heightM, 2);
    wall.position.set(Math.cos(angle) * 26, heightM / 2 - 2, Math.sin(angle) * 26);
    wall.lookAt(0, wall.position.y, 0);
    scene.add(wall);
  }
  const generator = new PMREMGenerator(renderer);
  const target = generator.fromScene(scene, 0.01, 0.1, 100);
  generator.dispose();
  disposeSky(sky);
  wallShape.dispose();
  for (const wall of walls) wall.dispose();
  return target;
}

/** Frees a sky made by `createSky`. */
export function disposeSky(sky: Mesh): void {
  sky.geometry.dispose();
  for (const material of [sky.material].flat()) material.dispose();
}
