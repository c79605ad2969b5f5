import {
  DoubleSide,
  type Material,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  type Texture,
} from 'three';
import type { StreetQuality } from '../../contracts/street';

/** What all vehicles share. Disposed of once, by the workshop. */
export interface SharedMaterials {
  readonly parts: Material;
}

/** The caller disposes of each. */
export function makeSharedMaterials(): SharedMaterials {
  return {
    parts: new MeshStandardMaterial({
      vertexColors: true,
      roughness: 0.55,
      metalness: 0.15,
      // Wheel arches are seen from inside.
      side: DoubleSide,
    }),
  };
}

/** The windows of one vehicle, painted in its atlas; owns nothing of the texture. */
export function makeGlass(texture: Texture, isTinted: boolean): Material {
  return new MeshStandardMaterial({
    map: texture,
    color: isTinted ? 0x4a4e50 : 0xffffff,
    roughness: 0.06,
    envMapIntensity: 1.5,
  });
}

/** The paint of one vehicle over its own atlas; clear coat where a GPU draws. Owns nothing of the texture. */
export function makeSkin(texture: Texture, quality: StreetQuality, isMetallic: boolean): Material {
  if (quality === 'plain') {
    return new MeshStandardMaterial({
      map: texture,
      metalness: isMetallic ? 0.22 : 0.06,
      roughness: 0.22,
      envMapIntensity: 1.5,
    });
  }
  return new MeshPhysicalMaterial({
    map: texture,
    metalness: isMetallic ? 0.3 : 0.05,
    roughness: 0.48,
    clearcoat: 1,
    clearcoatRoughness: 0.06,
  });
}
