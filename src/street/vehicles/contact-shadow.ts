import { CanvasTexture, Mesh, MeshBasicMaterial, PlaneGeometry } from 'three';

/** The dark under a vehicle that neither sky nor sun reaches; without it a vehicle floats. Shared by all. */
export class ContactShadow {
  readonly #texture = new CanvasTexture(shadowCanvas());
  readonly #geometry = new PlaneGeometry(1, 1).rotateX(-Math.PI / 2);
  readonly #material = new MeshBasicMaterial({
    map: this.#texture,
    transparent: true,
    depthWrite: false,
    toneMapped: false,
  });

  /** Lies on the ground under a vehicle of this size. */
  mesh(lengthM: number, widthM: number): Mesh {
    const mesh = new Mesh(this.#geometry, this.#material);
    mesh.scale.set(lengthM * 1.12, 1, widthM * 1.3);
    // Above markings, below everything else.
    mesh.position.y = 0.022;
    mesh.renderOrder = 1;
    return mesh;
  }

  dispose(): void {
    this.#texture.dispose();
    this.#geometry.dispose();
    this.#material.dispose();
  }
}

function shadowCanvas(): OffscreenCanvas {
  const canvas = new OffscreenCanvas(128, 64);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Expected a 2D context for the shadow, got none');
  // Layers of rounded rectangles: `filter` is missing from Safari's 2D contexts.
  const layers = 14;
  for (let layer = 0; layer < layers; layer += 1) {
    const inset = 2 + (14 * layer) / layers;
    context.fillStyle = 'rgba(0,0,0,0.16)';
    context.beginPath();
    context.roundRect(inset, inset, 128 - 2 * inset, 64 - 2 * inset, 14);
    context.fill();
  }
  return canvas;
}
