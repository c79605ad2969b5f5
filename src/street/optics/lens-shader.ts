import { NEWTON_STEPS } from './lens-distortion';

/** One triangle that covers the picture. */
export const LENS_VERTEX_SHADER = /* glsl */ `
  varying vec2 vPlace;
  void main() {
    vPlace = position.xy;
    gl_Position = vec4(position.xy, 0.0, 1.0);
  }`;

/**
 * From the scene's linear light to the camera's picture, in the order in which light meets a camera: lens (distortion,
 * blur, vignette), white balance and exposure, tone curve, sensor noise.
 */
export const LENS_FRAGMENT_SHADER = /* glsl */ `
  #include <tonemapping_pars_fragment>
  varying vec2 vPlace;
  uniform sampler2D picture;
  uniform vec2 texel;
  uniform float aspect;
  uniform float k1;
  uniform float pinholeScale;
  uniform float blurTexels;
  uniform float vignette;
  uniform vec3 gain;
  uniform float noise;
  uniform uint frameSeed;

  // Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020: pcg3d.
  uvec3 hash(uvec3 v) {
    v = v * 1664525u + 1013904223u;
    v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
    v ^= v >> 16u;
    v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
    return v;
  }

  void main() {
    vec2 ray = vec2(vPlace.x * aspect, vPlace.y);
    float radius2 = dot(ray, ray);
    float bend = k1 * radius2;
    float s = 1.0;
    for (int i = 0; i < ${NEWTON_STEPS}; i++) s -= (s + bend * s * s * s - 1.0) / (1.0 + 3.0 * bend * s * s);
    vec2 uv = vPlace * (s / pinholeScale) * 0.5 + 0.5;

    // Four bilinear samples in a diamond: their variance is the blur's.
    vec2 d = texel * blurTexels;
    vec3 light = 0.25 * (
      texture2D(picture, uv + vec2(d.x, d.y)).rgb + texture2D(picture, uv + vec2(-d.x, d.y)).rgb +
      texture2D(picture, uv + vec2(d.x, -d.y)).rgb + texture2D(picture, uv + vec2(-d.x, -d.y)).rgb);

    light *= gain * (1.0 - vignette * radius2 / (1.0 + aspect * aspect));
    vec3 grey = sRGBTransferOETF(vec4(ACESFilmicToneMapping(light), 1.0)).rgb;

    vec3 chance = vec3(hash(uvec3(uvec2(gl_FragCoord.xy), frameSeed))) * (1.0 / 4294967296.0);
    // A sum of two even chances has a standard deviation of sqrt(1/6).
    float luma = (chance.x + chance.y - 1.0) * 2.449 * noise;
    float chroma = (chance.z - 0.5) * noise;
    gl_FragColor = vec4(grey + luma + vec3(chroma, 0.0, -chroma), 1.0);
  }`;
