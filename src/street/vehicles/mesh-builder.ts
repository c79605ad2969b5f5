import { BufferGeometry, Color, Float32BufferAttribute, type Matrix4, Vector3 } from 'three';
import { mergeVertices, toCreasedNormals } from 'three/addons/utils/BufferGeometryUtils.js';

/**
 * What a triangle is made of; one draw call each. `skin`: paint and painted faces, textured by the vehicle's own
 * atlas. `glass`. `parts`: everything else, coloured by vertex.
 */
export type Slot = 'skin' | 'glass' | 'parts';

export interface Vertex {
  readonly xM: number;
  readonly yM: number;
  readonly zM: number;
  /** Place in the atlas, [0, 1] from the top left. */
  readonly u: number;
  readonly v: number;
}

/** A geometry and the slots of its groups, in order. */
export interface BuiltMesh {
  readonly geometry: BufferGeometry;
  readonly slots: readonly Slot[];
}

interface Soup {
  readonly positions: number[];
  readonly uvs: number[];
  readonly colours: number[];
}

/** Edges sharper than this stay sharp: door gaps do, a bonnet does not. Radians. */
const CREASE_RAD = 0.62;

/** Collects triangles by slot and makes one geometry of them. */
export class MeshBuilder {
  readonly #soups = new Map<Slot, Soup>();
  readonly #colour = new Color();

  /** Counter-clockwise as seen from outside. `colour` is sRGB, for `parts`. */
  triangle(slot: Slot, corners: readonly [Vertex, Vertex, Vertex], colour = 0xffffff): void {
    const soup = this.#soup(slot);
    this.#colour.setHex(colour);
    for (const { xM, yM, zM, u, v } of corners) {
      soup.positions.push(xM, yM, zM);
      soup.uvs.push(u, v);
      soup.colours.push(this.#colour.r, this.#colour.g, this.#colour.b);
    }
  }

  /** Counter-clockwise as seen from outside. */
  quad(
    slot: Slot,
    [a, b, c, d]: readonly [Vertex, Vertex, Vertex, Vertex],
    colour = 0xffffff,
  ): void {
    this.triangle(slot, [a, b, c], colour);
    this.triangle(slot, [a, c, d], colour);
  }

  /** A ready solid, which is disposed of. `place` gives its points their place in the atlas. */
  solid(
    slot: Slot,
    solid: BufferGeometry,
    matrix: Matrix4,
    colour: number,
    place: (xM: number, yM: number, zM: number) => readonly [u: number, v: number] = () => [0, 0],
  ): void {
    const flat = solid.index ? solid.toNonIndexed() : solid;
    const positions = flat.getAttribute('position');
    const isMirrored = matrix.determinant() < 0;
    const point = new Vector3();
    const vertexAt = (index: number): Vertex => {
      point.fromBufferAttribute(positions, index).applyMatrix4(matrix);
      const [u, v] = place(point.x, point.y, point.z);
      return { xM: point.x, yM: point.y, zM: point.z, u, v };
    };
    for (let index = 0; index + 2 < positions.count; index += 3) {
      const [a, b, c] = [vertexAt(index), vertexAt(index + 1), vertexAt(index + 2)];
      this.triangle(slot, isMirrored ? [a, c, b] : [a, b, c], colour);
    }
    if (flat !== solid) flat.dispose();
    solid.dispose();
  }

  /** Smooth where the surface is, indexed; the caller disposes of it. */
  build(): BuiltMesh {
    const positions: number[] = [];
    const uvs: number[] = [];
    const colours: number[] = [];
    const slots: Slot[] = [];
    const raw = new BufferGeometry();
    const groups: { start: number; count: number; materialIndex: number }[] = [];
    for (const [slot, soup] of this.#soups) {
      groups.push({
        start: positions.length / 3,
        count: soup.positions.length / 3,
        materialIndex: slots.length,
      });
      slots.push(slot);
      append(positions, soup.positions);
      append(uvs, soup.uvs);
      append(colours, soup.colours);
    }
    raw.setAttribute('position', new Float32BufferAttribute(positions, 3));
    raw.setAttribute('uv', new Float32BufferAttribute(uvs, 2));
    raw.setAttribute('color', new Float32BufferAttribute(colours, 3));
    // Indexed again: a third of the vertex work of a triangle soup.
    const geometry = mergeVertices(toCreasedNormals(raw, CREASE_RAD));
    geometry.clearGroups();
    for (const { start, count, materialIndex } of groups) {
      geometry.addGroup(start, count, materialIndex);
    }
    return { geometry, slots };
  }

  #soup(slot: Slot): Soup {
    let soup = this.#soups.get(slot);
    if (!soup) {
      soup = { positions: [], uvs: [], colours: [] };
      this.#soups.set(slot, soup);
    }
    return soup;
  }
}

/** `push(...many)` overflows the stack for a bus. */
function append(to: number[], from: readonly number[]): void {
  for (const value of from) to.push(value);
}
