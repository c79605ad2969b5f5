import {
  DoubleSide,
  Mesh,
  MeshBasicMaterial,
  type Material,
  type Object3D,
  type Scene,
  type Side,
} from 'three';

/** Marks of the vehicles in the red channel: 0 is everything else. */
const MAX_MARK = 255;

/** What stands in for a material that lets part of its faces through: it belongs to that material. */
interface CutOut {
  readonly black: MeshBasicMaterial;
  /** Frees it. */
  readonly end: () => void;
}

/** What was changed on one object, to be put back. */
type Undo = () => void;

/**
 * Repaints a scene so that each pixel tells which vehicle it belongs to: a vehicle's mark in red, all else
 * black, without light, fog or blending. Cut-outs keep their holes. What writes no depth (sky, rain, glows, contact
 * shadows) hides nothing, and is left out, as are points, lines and sprites.
 */
export class FlatMaterials {
  /** By place in the list, from 0. */
  readonly #marks: MeshBasicMaterial[] = [];
  /** Shared: vehicles come and go all the time, and each brings its own materials. */
  readonly #black = new Map<Side, MeshBasicMaterial>();
  /** By the material that is stood in for, until that is disposed of. */
  readonly #cutOuts = new Map<Material, CutOut>();
  readonly #undo: Undo[] = [];

  /** Repaints until `restore`. `vehicles`: their root objects; the mark of each is its place in the list, from 1. */
  paint(scene: Scene, vehicles: readonly Object3D[]): void {
    if (vehicles.length > MAX_MARK) {
      throw new RangeError(`Expected ${MAX_MARK} vehicles at most, got ${vehicles.length}`);
    }
    while (this.#marks.length < vehicles.length)
      this.#marks.push(markMaterial(this.#marks.length + 1));
    const { background } = scene;
    scene.background = null;
    this.#undo.push(() => (scene.background = background));
    const markOf = new Map(vehicles.map((vehicle, index) => [vehicle, index + 1]));
    this.#paintTree(scene, 0, markOf);
  }

  /** Puts everything back. */
  restore(): void {
    // Backwards: what was changed twice ends as it began.
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  dispose(): void {
    for (const material of [...this.#marks, ...this.#black.values()]) material.dispose();
    this.#black.clear();
    for (const { end } of [...this.#cutOuts.values()]) end();
  }

  #paintTree(object: Object3D, mark: number, markOf: ReadonlyMap<Object3D, number>): void {
    if (!object.visible) return;
    const own = markOf.get(object) ?? mark;
    const mesh = asMesh(object);
    if (mesh) this.#paintMesh(mesh, own);
    else if (isDrawn(object)) this.#hide(object);
    for (const child of object.children) this.#paintTree(child, own, markOf);
  }

  #paintMesh(mesh: Mesh, mark: number): void {
    const { material } = mesh;
    if (!isSolid(mesh)) return this.#hide(mesh);
    mesh.material = this.#marks[mark - 1] ?? this.#blackFor(material);
    this.#undo.push(() => (mesh.material = material));
  }

  /** By layers and not by `visible`: its children may be solid. */
  #hide(object: Object3D): void {
    const { mask } = object.layers;
    object.layers.mask = 0;
    this.#undo.push(() => (object.layers.mask = mask));
  }

  #blackFor(material: Material | Material[]): MeshBasicMaterial | MeshBasicMaterial[] {
    if (Array.isArray(material)) return material.map((one) => this.#blackOf(one));
    return this.#blackOf(material);
  }

  #blackOf(source: Material): MeshBasicMaterial {
    if (source.alphaTest > 0) return this.#cutOutOf(source);
    const known = this.#black.get(source.side);
    if (known) return known;
    const black = blackMaterial(source.side);
    this.#black.set(source.side, black);
    return black;
  }

  #cutOutOf(source: Material): MeshBasicMaterial {
    const known = this.#cutOuts.get(source);
    if (known) return known.black;
    // Both maps are optional fields of the materials that have an alpha test.
    const { map, alphaMap } = source as Partial<Pick<MeshBasicMaterial, 'map' | 'alphaMap'>>;
    const black = blackMaterial(source.side);
    black.alphaTest = source.alphaTest;
    black.map = map ?? null;
    black.alphaMap = alphaMap ?? null;
    const end = (): void => {
      source.removeEventListener('dispose', end);
      this.#cutOuts.delete(source);
      black.dispose();
    };
    source.addEventListener('dispose', end);
    this.#cutOuts.set(source, { black, end });
    return black;
  }
}

/** The object as a mesh, if it is one. */
export function asMesh(object: Object3D): Mesh | null {
  // The test alone leaves the kinds of geometry and material open.
  return object instanceof Mesh ? (object as Mesh) : null;
}

/** Whether a mesh hides what is behind it, and so belongs to a silhouette. */
export function isSolid(mesh: Mesh): boolean {
  const materials = Array.isArray(mesh.material) ? mesh.material : [mesh.material];
  return materials.some(({ depthWrite, visible }) => depthWrite && visible);
}

/** Points, lines and sprites have a material without being a mesh. */
function isDrawn(object: Object3D): boolean {
  return 'material' in object;
}

/** Both faces: a silhouette has no holes where a panel is seen from behind. */
function markMaterial(mark: number): MeshBasicMaterial {
  const material = flat();
  material.side = DoubleSide;
  material.color.setRGB(mark / MAX_MARK, 0, 0);
  return material;
}

function blackMaterial(side: Side): MeshBasicMaterial {
  const material = flat();
  material.side = side;
  material.color.setRGB(0, 0, 0);
  return material;
}

function flat(): MeshBasicMaterial {
  return new MeshBasicMaterial({ fog: false, toneMapped: false });
}
