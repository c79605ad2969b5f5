import { Color, MeshLambertMaterial, type MeshLambertMaterialParameters } from 'three';
import { HOUSE_FRONTS, MIRRORED_HOUSE_HEIGHT_M } from './house-fronts';
import type { WeatherLight } from './weather-light';

/*
 * Ground and walls are most of a picture's pixels, and on a machine without a GPU a pixel's shader is most of a frame's
 * cost. So scenery is Lambert, and does without the environment map that three.js would sample for it: the same
 * amount of sky light is a factor here.
 */

/** Light that the environment map would add to the hemisphere light's. */
const ENVIRONMENT_SHARE = 1.4;

const DRY_LIGHT = /* glsl */ `irradiance *= ${ENVIRONMENT_SHARE};`;

const [LEFT_X, RIGHT_X, HOUSE_Y] = [
  HOUSE_FRONTS.leftXM,
  HOUSE_FRONTS.rightXM,
  MIRRORED_HOUSE_HEIGHT_M,
].map((valueM) => valueM.toFixed(2));

/**
 * Wet ground mirrors the sky and, below it, the houses on both sides, upright planes, blurred the more the farther
 * the ray went. Schlick's Fresnel term for water (1.33). All other weights are by eye: so that wet ground is darker than
 * dry, puddles mirror most, houses are dark bands with soft edges, and road markings still stand out.
 */
const WET_LIGHT = /* glsl */ `
  {
    vec3 ray = normalize(vWetPlace - cameraPosition);
    float puddle = smoothstep(0.5, 0.75, smoothChance(vWetPlace.xz * vec2(0.55, 0.22)));
    float rough = 0.6 + 0.8 * diffuseColor.g + 0.7 * puddle;
    float fresnel = 0.02 + 0.98 * pow(1.0 - abs(ray.y), 5.0);
    float distanceM = ((ray.x > 0.0 ? ${RIGHT_X} : ${LEFT_X}) - vWetPlace.x) / (abs(ray.x) < 0.001 ? 0.001 : ray.x);
    float heightM = abs(ray.y) * distanceM;
    float blurM = 1.0 + 0.12 * distanceM;
    float house = smoothstep(${HOUSE_Y} + blurM, ${HOUSE_Y} - blurM, heightM) * smoothstep(110.0, 40.0, distanceM);
    // Drops on the ground stretch what is mirrored towards the viewer.
    float streak = 0.7 + 0.6 * smoothChance(vec2(ray.x / ray.z * 70.0, 0.5));
    vec3 mirrored = streak * mix(wetSky, wetWall, house * 0.85);
    outgoingLight = mix(outgoingLight * (0.62 - 0.2 * puddle), mirrored, clamp(fresnel * wetness * rough, 0.0, 0.85));
  }`;

const WET_DECLARATIONS = /* glsl */ `
  varying vec3 vWetPlace;
  uniform float wetness;
  uniform vec3 wetSky, wetWall;
  float chance(vec2 p) { return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453); }
  float smoothChance(vec2 p) {
    vec2 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(chance(i), chance(i + vec2(1, 0)), f.x),
      mix(chance(i + vec2(0, 1)), chance(i + vec2(1, 1)), f.x), f.y);
  }`;

/** A Lambert material with vertex colours; wet where `wetLight` is given. */
export function createSceneryMaterial(
  parameters: MeshLambertMaterialParameters,
  wetLight: WeatherLight | null,
): MeshLambertMaterial {
  const material = new MeshLambertMaterial({ vertexColors: true, ...parameters });
  if (wetLight === null) {
    material.onBeforeCompile = makeCheap;
    material.customProgramCacheKey = () => 'street-dry';
    return material;
  }
  const sky = new Color(wetLight.horizonColour).lerp(new Color(wetLight.zenithColour), 0.25);
  material.onBeforeCompile = (shader) => {
    makeCheap(shader);
    shader.uniforms['wetness'] = { value: wetLight.wetness };
    shader.uniforms['wetSky'] = { value: sky };
    shader.uniforms['wetWall'] = { value: sky.clone().multiplyScalar(0.22) };
    shader.vertexShader = shader.vertexShader
      .replace('#include <common>', '#include <common>\nvarying vec3 vWetPlace;')
      .replace(
        '#include <project_vertex>',
        '#include <project_vertex>\nvWetPlace = (modelMatrix * vec4(transformed, 1.0)).xyz;',
      );
    shader.fragmentShader = shader.fragmentShader
      .replace(
        '#include <common>',
        `#include <common>
${WET_DECLARATIONS}`,
      )
      .replace('#include <opaque_fragment>', `${WET_LIGHT}\n#include <opaque_fragment>`);
  };
  material.customProgramCacheKey = () => 'street-wet';
  return material;
}

function makeCheap(shader: { fragmentShader: string }): void {
  shader.fragmentShader = shader.fragmentShader
    .replace('#include <lights_fragment_maps>', DRY_LIGHT)
    .replace('#include <envmap_fragment>', '');
}
