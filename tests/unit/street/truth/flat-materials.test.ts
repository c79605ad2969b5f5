import {
  BackSide,
  BoxGeometry,
  DoubleSide,
  FrontSide,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  Scene,
  Texture,
  type Material,
} from 'three';
import { describe, expect, it } from 'vitest';
import { FlatMaterials } from '../../../../src/street/truth/flat-materials';

const SHAPE = new BoxGeometry();

/** What stands in for a material that belongs to no marked vehicle. */
function substituteFor(flat: FlatMaterials, material: Material): MeshBasicMaterial {
  const scene = new Scene();
  const mesh = new Mesh<BoxGeometry, Material>(SHAPE, material);
  scene.add(mesh);
  flat.paint(scene, []);
  const painted = mesh.material;
  flat.restore();
  expect(mesh.material).toBe(material);
  if (!(painted instanceof MeshBasicMaterial)) throw new TypeError('Expected a flat material');
  return painted;
}

function cutOut(): MeshLambertMaterial {
  return new MeshLambertMaterial({ map: new Texture(), alphaTest: 0.5 });
}

describe('the flat materials', () => {
  it('paint all vehicles that come and go with the same few materials', () => {
    const flat = new FlatMaterials();
    const seen = new Set<Material>();
    for (let vehicle = 0; vehicle < 30; vehicle += 1) {
      for (const side of [FrontSide, BackSide, DoubleSide]) {
        const substitute = substituteFor(flat, new MeshLambertMaterial({ side }));
        expect(substitute.side).toBe(side);
        expect(substitute.map).toBeNull();
        seen.add(substitute);
      }
    }
    expect(seen.size).toBe(3);
  });

  it('let go of a cut-out together with its material', () => {
    const flat = new FlatMaterials();
    const source = cutOut();
    const substitute = substituteFor(flat, source);
    expect(substitute).toMatchObject({ map: source.map, alphaTest: 0.5 });
    expect(substituteFor(flat, source)).toBe(substitute);
    let disposedCount = 0;
    substitute.addEventListener('dispose', () => (disposedCount += 1));
    source.dispose();
    expect(disposedCount).toBe(1);
    expect(substituteFor(flat, source)).not.toBe(substitute);
  });

  it('free what they made once, and listen no longer', () => {
    const flat = new FlatMaterials();
    const source = cutOut();
    let disposedCount = 0;
    for (const substitute of [
      substituteFor(flat, source),
      substituteFor(flat, new MeshLambertMaterial()),
    ]) {
      substitute.addEventListener('dispose', () => (disposedCount += 1));
    }
    flat.dispose();
    source.dispose();
    expect(disposedCount).toBe(2);
  });
});
