import { join } from 'node:path';
import type { Calibration, PairSet, VectorPair } from '../../../src/contracts/recognition';
import { calibrate } from '../../../src/core/calibration';
import { embedFiles } from '../reid/embed-files';
import { readReidFolder, type ReidFile } from '../reid/reid-files';

/** Spread over the list, which is ordered by class: 200 same and 39 800 different pairs. */
const VEHICLE_COUNT = 200;

/** A picture of a vehicle with its vector. */
interface EmbeddedFile extends ReidFile {
  readonly vector: Float32Array;
}

/**
 * The app's own calibration on pairs of two cameras from vn-2cam's train split, none of which is in the videos: same vehicles
 * at both cameras, and all different ones across them. Throws an Error when it has no threshold to propose.
 */
export async function calibrateOnTrain(
  shared: string,
  model: string,
  falseMatchRate: number,
  log: (line: string) => void,
): Promise<NonNullable<Calibration['proposal']>> {
  const { queries } = readReidFolder(join(shared, 'reid/vn-2cam'), 'train.txt');
  const vehicles = [...new Set(queries.map(({ vehicle }) => vehicle))];
  const step = Math.max(1, vehicles.length / VEHICLE_COUNT);
  const chosen = new Set(vehicles.filter((_, index) => Math.floor(index % step) === 0));
  const files = queries.filter(({ vehicle }) => chosen.has(vehicle));
  const { vectors } = await embedFiles(
    model,
    files.map(({ path }) => path),
    log,
  );
  const images = files.flatMap((file, index): readonly EmbeddedFile[] => {
    const vector = vectors[index];
    return vector ? [{ ...file, vector }] : [];
  });
  const [all] = calibrate(pairsAcross(images), falseMatchRate);
  if (!all?.proposal) throw new Error(`No threshold was proposed: ${all?.caution ?? 'no pairs'}`);
  return all.proposal;
}

function pairsAcross(images: readonly EmbeddedFile[]): PairSet {
  const dimension = images[0]?.vector.length ?? 0;
  const vectors = new Float32Array(images.length * dimension);
  images.forEach(({ vector }, index) => {
    vectors.set(vector, index * dimension);
  });
  const pairs = images.flatMap((first, a) =>
    images.flatMap((second, b): readonly VectorPair[] =>
      a < b && first.camera !== second.camera
        ? [{ a, b, isSame: first.vehicle === second.vehicle, evidence: 'confirmed' }]
        : [],
    ),
  );
  const names = [...new Set(images.map(({ vehicle }) => vehicle))];
  return {
    space: 'evaluated',
    dimension,
    vectors,
    cameraIds: images.map(({ camera }) => camera),
    cameraLabels: images.map(({ camera }) => camera),
    groups: images.map(({ vehicle }) => names.indexOf(vehicle)),
    pairs,
  };
}
