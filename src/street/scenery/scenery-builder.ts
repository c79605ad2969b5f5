import type { BufferGeometry } from 'three';
import {
  Color,
  Float32BufferAttribute,
  Mesh,
  type Material,
  type MeshLambertMaterialParameters,
  type Object3D,
  type Texture,
} from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import type { StreetQuality } from '../../contracts/street';
import { paintTexture, type Brush } from './paint-texture';
import { createSceneryMaterial } from './scenery-material';
import type { WeatherLight } from './weather-light';

/** Static things are merged per material in slices of this length along the road, so that what is behind a camera is skipped. */
const SLICE_M = 48;

/** How a part is added. */
export interface PartOptions {
  /** Multiplies the texture, sRGB. */
  readonly tint?: number;
  readonly castsShadow?: boolean;
}

/** Ground is drawn after what stands on it and hides it, before the sky (5). */
const GROUND_ORDER = 1;

interface Bin {
  readonly material: Material;
  readonly castsShadow: boolean;
  readonly parts: BufferGeometry[];
}

/** Collects the street's still parts, merges them to few draw calls, and frees all it made. */
export class SceneryBuilder {
  readonly quality: StreetQuality;
  readonly light: WeatherLight;
  readonly #anisotropy: number;
  readonly #bins = new Map<string, Bin>();
  readonly #owned: { dispose(): void }[] = [];
  readonly #groundMaterials = new Set<Material>();

  constructor(quality: StreetQuality, light: WeatherLight, maxAnisotropy: number) {
    this.quality = quality;
    this.light = light;
    this.#anisotropy = quality === 'fine' ? Math.min(8, maxAnisotropy) : 1;
  }

  /** A repeating texture, freed with the builder. */
  texture(widthPx: number, heightPx: number, paint: (brush: Brush) => void): Texture {
    return this.own(paintTexture(widthPx, heightPx, this.#anisotropy, paint));
  }

  /** A material for what stands upright, freed with the builder. */
  material(parameters: MeshLambertMaterialParameters): Material {
    return this.own(createSceneryMaterial(parameters, null));
  }

  /** A material for what lies flat and gets wet in rain, freed with the builder. */
  groundMaterial(parameters: MeshLambertMaterialParameters): Material {
    const wetLight = this.light.wetness > 0 ? this.light : null;
    const material = this.own(createSceneryMaterial(parameters, wetLight));
    this.#groundMaterials.add(material);
    return material;
  }

  /** Frees `thing` with the builder. */
  own<T extends { dispose(): void }>(thing: T): T {
    this.#owned.push(thing);
    return thing;
  }

  /** Takes a part in street coordinates; the geometry belongs to the builder from here on. */
  add(material: Material, part: BufferGeometry, options: PartOptions = {}): void {
    const { tint = 0xffffff, castsShadow = false } = options;
    part.computeBoundingBox();
    const middleZM = part.boundingBox ? (part.boundingBox.min.z + part.boundingBox.max.z) / 2 : 0;
    const key = `${material.uuid}/${castsShadow ? 1 : 0}/${Math.floor(middleZM / SLICE_M)}`;
    const bin = this.#bins.get(key) ?? { material, castsShadow, parts: [] };
    bin.parts.push(uniform(part, new Color(tint)));
    this.#bins.set(key, bin);
  }

  /** Merges what was added and puts it into `parent`. */
  build(parent: Object3D): void {
    for (const { material, castsShadow, parts } of this.#bins.values()) {
      const merged = this.own(mergeGeometries(parts));
      for (const part of parts) part.dispose();
      const mesh = new Mesh(merged, material);
      mesh.castShadow = castsShadow;
      mesh.receiveShadow = true;
      mesh.matrixAutoUpdate = false;
      if (this.#groundMaterials.has(material)) mesh.renderOrder = GROUND_ORDER;
      parent.add(mesh);
    }
    this.#bins.clear();
  }

  dispose(): void {
    for (const thing of this.#owned.splice(0)) thing.dispose();
  }
}

/** Gives a part what all have: an index and vertex colours, times its tint. */
function uniform(part: BufferGeometry, tint: Color): BufferGeometry {
  const { count } = part.getAttribute('position');
  const colours = part.getAttribute('color');
  const values = new Float32Array(count * 3);
  for (let vertex = 0; vertex < count; vertex += 1) {
    values[vertex * 3] = tint.r * (colours?.getX(vertex) ?? 1);
    values[vertex * 3 + 1] = tint.g * (colours?.getY(vertex) ?? 1);
    values[vertex * 3 + 2] = tint.b * (colours?.getZ(vertex) ?? 1);
  }
  part.setAttribute('color', new Float32BufferAttribute(values, 3));
  if (!part.getIndex()) part.setIndex(Array.from({ length: count }, (_, vertex) => vertex));
  return part;
}
