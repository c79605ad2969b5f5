import {
  AdditiveBlending,
  BufferGeometry,
  CanvasTexture,
  Float32BufferAttribute,
  Mesh,
  MeshBasicMaterial,
  SRGBColorSpace,
} from 'three';
import type { LampPoint } from './body-shape';

export type LampName = 'head' | 'tail' | 'brake' | 'left' | 'right';

const COLOURS: Readonly<Record<LampName, number>> = {
  head: 0xfff2d8,
  tail: 0x9c1210,
  brake: 0xff2a1c,
  left: 0xffa028,
  right: 0xffa028,
};

/** Side length of a lamp's glow, metres: what the eye of a cheap camera makes of it. */
const SIZES_M: Readonly<Record<LampName, number>> = {
  head: 0.62,
  tail: 0.34,
  brake: 0.46,
  left: 0.34,
  right: 0.34,
};

/** Texture and materials of lamps that are lit, shared by all vehicles. */
export class LampKit {
  readonly #texture = new CanvasTexture(glowCanvas());
  readonly #materials: Readonly<Record<LampName, MeshBasicMaterial>>;

  constructor() {
    this.#texture.colorSpace = SRGBColorSpace;
    const material = (name: LampName): MeshBasicMaterial =>
      new MeshBasicMaterial({
        map: this.#texture,
        color: COLOURS[name],
        blending: AdditiveBlending,
        transparent: true,
        depthWrite: false,
        toneMapped: false,
        fog: false,
      });
    this.#materials = {
      head: material('head'),
      tail: material('tail'),
      brake: material('brake'),
      left: material('left'),
      right: material('right'),
    };
  }

  /** One draw call for all the lamps of a name, unlit at first. The caller disposes of the geometry. */
  mesh(name: LampName, geometry: BufferGeometry): Mesh {
    const mesh = new Mesh(geometry, this.#materials[name]);
    mesh.visible = false;
    mesh.renderOrder = 2;
    return mesh;
  }

  dispose(): void {
    for (const material of Object.values(this.#materials)) material.dispose();
    this.#texture.dispose();
  }
}

/**
 * Upright squares at the lamps. Right and left of a vehicle come from one point: z stands for both sides, 0 for a single lamp.
 */
export function lampGeometry(name: LampName, head: LampPoint, tail: LampPoint): BufferGeometry {
  const positions: number[] = [];
  const uvs: number[] = [];
  const addLamp = ([xM, yM, zM]: LampPoint, isFront: boolean, sizeM: number): void => {
    const half = sizeM / 2;
    const x = xM + (isFront ? 0.06 : -0.06);
    // As seen from ahead +z is to the left, from behind to the right.
    const z = isFront ? -half : half;
    const corners = [
      [-half, -z, 0, 0],
      [-half, z, 1, 0],
      [half, z, 1, 1],
      [-half, -z, 0, 0],
      [half, z, 1, 1],
      [half, -z, 0, 1],
    ] as const;
    for (const [up, aside, u, v] of corners) {
      positions.push(x, yM + up, zM + aside);
      uvs.push(u, v);
    }
  };
  const sizeM = SIZES_M[name];
  const mirrored = ([xM, yM, zM]: LampPoint, isFront: boolean, size: number): void => {
    addLamp([xM, yM, zM], isFront, size);
    if (zM !== 0) addLamp([xM, yM, -zM], isFront, size);
  };
  if (name === 'head') mirrored(head, true, sizeM);
  else if (name === 'tail' || name === 'brake') mirrored(tail, false, sizeM);
  else {
    const side = name === 'right' ? 1 : -1;
    const outwards = ([xM, yM, zM]: LampPoint): LampPoint => [
      xM,
      yM,
      side * (zM + (zM > 0 ? 0.1 : 0.19)),
    ];
    addLamp(outwards(head), true, sizeM);
    addLamp(outwards(tail), false, sizeM);
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(positions, 3));
  geometry.setAttribute('uv', new Float32BufferAttribute(uvs, 2));
  return geometry;
}

/** White in the middle, nothing at the rim. */
function glowCanvas(): OffscreenCanvas {
  const canvas = new OffscreenCanvas(64, 64);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Expected a 2D context for the lamps, got none');
  const glow = context.createRadialGradient(32, 32, 0, 32, 32, 32);
  glow.addColorStop(0, '#ffffff');
  glow.addColorStop(0.2, '#d0d0d0');
  glow.addColorStop(0.45, '#3c3c3c');
  glow.addColorStop(1, '#000000');
  context.fillStyle = glow;
  context.fillRect(0, 0, 64, 64);
  return canvas;
}
