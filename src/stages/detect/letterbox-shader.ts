/*
 * The letterbox of letterbox.as.ts for a graphics device. A bilinear sample between the middles of four texels
 * is their mean, so one sample does a 2x2 average and four do a 4x4.
 */

/** Threads a side of a workgroup: 64 threads is what every device runs well. */
export const WORKGROUP_SIDE = 8;

/** 32-bit words of {@link letterboxShader}'s uniform block. */
export const UNIFORM_WORDS = 20;

/** One thread an input pixel, bars included. */
export const letterboxShader = /* wgsl */ `
struct Plan {
  inputSize: vec2u,
  contentOrigin: vec2u,
  contentSize: vec2u,
  prefilter: u32,
  padding: u32,
  scale: vec4f,   // red, green, blue
  shift: vec4f,
  plane: vec4u,
}

@group(0) @binding(0) var frame: texture_external;
@group(0) @binding(1) var frameSampler: sampler;
@group(0) @binding(2) var<uniform> plan: Plan;
@group(0) @binding(3) var<storage, read_write> tensor: array<f32>;

fn sampleAt(positionPx: vec2f, size: vec2f) -> vec3f {
  return textureSampleBaseClampToEdge(frame, frameSampler, positionPx / size).rgb;
}

// Mean of the square of source texels that is cell 'cell' of the averaged picture.
fn averaged(cell: vec2f, size: vec2f) -> vec3f {
  let corner = cell * f32(plan.prefilter);
  if (plan.prefilter == 2u) {
    return sampleAt(corner + 1.0, size);
  }
  return 0.25 * (sampleAt(corner + vec2f(1.0, 1.0), size) + sampleAt(corner + vec2f(3.0, 1.0), size)
    + sampleAt(corner + vec2f(1.0, 3.0), size) + sampleAt(corner + vec2f(3.0, 3.0), size));
}

fn contentColour(pixel: vec2f) -> vec3f {
  let size = vec2f(textureDimensions(frame));
  let position = (pixel + 0.5) * size / vec2f(plan.contentSize);
  if (plan.prefilter == 1u) {
    return sampleAt(position, size);
  }
  let last = floor(size / f32(plan.prefilter)) - 1.0;
  let reduced = clamp(position / f32(plan.prefilter) - 0.5, vec2f(0.0), last);
  let first = floor(reduced);
  let second = min(first + 1.0, last);
  let weight = reduced - first;
  let upper = mix(averaged(first, size), averaged(vec2f(second.x, first.y), size), weight.x);
  let lower = mix(averaged(vec2f(first.x, second.y), size), averaged(second, size), weight.x);
  return mix(upper, lower, weight.y);
}

@compute @workgroup_size(${WORKGROUP_SIDE}, ${WORKGROUP_SIDE})
fn letterbox(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= plan.inputSize)) { return; }
  let pixel = vec2i(id.xy) - vec2i(plan.contentOrigin);
  let isContent = all(pixel >= vec2i(0)) && all(pixel < vec2i(plan.contentSize));
  var colour = plan.shift.rgb + plan.shift.www * plan.scale.rgb;
  if (isContent) {
    colour = clamp(contentColour(vec2f(pixel)), vec3f(0.0), vec3f(1.0)) * 255.0 * plan.scale.rgb + plan.shift.rgb;
  }
  let planePx = plan.inputSize.x * plan.inputSize.y;
  let at = id.y * plan.inputSize.x + id.x;
  tensor[plan.plane.r * planePx + at] = colour.r;
  tensor[plan.plane.g * planePx + at] = colour.g;
  tensor[plan.plane.b * planePx + at] = colour.b;
}
`;
