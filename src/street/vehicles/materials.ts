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
  readonly glass: Material;
  readonly tintedGlass: Material;
  readonly parts: Material;
}

/** The caller disposes of each. */
export function makeSharedMaterials(): SharedMaterials {
  return {
    // Seen from outside by day, a pane mirrors the sky above a dark inside; nothing needs to be transparent.
    glass: new MeshStandardMaterial({ color: 0x0b1013, roughness: 0.06, envMapIntensity: 1.7 }),
    tintedGlass: new MeshStandardMaterial({
      color: 0x050607,
      roughness: 0.1,
      envMapIntensity: 1.1,
    }),
    parts: new MeshStandardMaterial({
      vertexColors: true,
      roughness: 0.55,
      metalness: 0.15,
      // Wheel arches are seen from inside.
      side: DoubleSide,
    }),
  };
}

/** The paint of one vehicle over its own atlas; clear coat where a GPU draws. Owns nothing of the texture. */
export function makeSkin(texture: Texture, quality: StreetQuality, isMetallic: boolean): Material {
  if (quality === 'plain') {
    return new MeshStandardMaterial({
      map: texture,
      metalness: isMetallic ? 0.22 : 0.06,
      roughness: 0.3,
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
