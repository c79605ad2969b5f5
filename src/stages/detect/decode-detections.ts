import type { Box, Detection } from '../../contracts/detection';
import type { DetectorOutputSpec, ModelManifest, ModelOutputSpec } from '../../contracts/model';
import { AppError } from '../../core/app-error';
import type { OutputTensor } from '../../inference/tensor';
import { decodeBoxesScores } from './boxes-scores-decode';
import type { LetterboxGeometry } from './letterbox';
import { decodeNanoDet } from './nanodet-decode';
import { suppress, SUPPRESSION_IOU } from './suppress';
import { decodeYolo } from './yolo-decode';
import { decodeYolox } from './yolox-decode';

/** A network's outputs by name. */
export type DetectorOutputs = Readonly<Record<string, OutputTensor>>;

/**
 * Reads what a detector answered: boxes in frame pixels that score above `scoreFloor` (0, 1), best first, of two
 * that overlap the better one. Throws AppError MODEL_INCOMPATIBLE when an output is missing or has another shape.
 */
export function decodeDetections(
  outputs: DetectorOutputs,
  spec: DetectorOutputSpec,
  geometry: LetterboxGeometry,
  scoreFloor: number,
): readonly Detection[] {
  const candidates = decodeCandidates(outputs, spec, geometry, scoreFloor);
  return suppress(candidates, SUPPRESSION_IOU[spec.type]);
}

/** What is taken for a person by mistake costs little: it is blurred, or it is not where a rider sits. */
const PERSON_SCORE_FLOOR = 0.15;

/** Boxes of persons in frame pixels; none for a network without that class. Throws as {@link decodeDetections}. */
export function decodePersons(
  outputs: DetectorOutputs,
  spec: DetectorOutputSpec,
  geometry: LetterboxGeometry,
): readonly Box[] {
  const { personIndex } = spec;
  if (personIndex === undefined) return [];
  // Decoders know vehicles only; which one stands in for persons does not matter, for only boxes are used.
  const classes = spec.classes.map((_, index) => (index === personIndex ? 'car' : null));
  const found = decodeDetections(outputs, { ...spec, classes }, geometry, PERSON_SCORE_FLOOR);
  return found.map(({ box }) => box);
}

/** The output of a detector's manifest. Throws AppError MODEL_INCOMPATIBLE for that of an embedder. */
export function detectorOutput(manifest: Pick<ModelManifest, 'id' | 'output'>): DetectorOutputSpec {
  const output: ModelOutputSpec = manifest.output;
  if (output.type !== 'embedding') return output;
  throw new AppError(
    'MODEL_INCOMPATIBLE',
    `Model ${manifest.id}: expected the output of a detector, found ${output.type}`,
  );
}

function decodeCandidates(
  outputs: DetectorOutputs,
  spec: DetectorOutputSpec,
  geometry: LetterboxGeometry,
  scoreFloor: number,
): readonly Detection[] {
  switch (spec.type) {
    case 'nanodet-dfl':
      return decodeNanoDet(outputs, spec, geometry, scoreFloor);
    case 'yolox':
      return decodeYolox(outputs, spec, geometry, scoreFloor);
    case 'yolo':
      return decodeYolo(outputs, spec, geometry, scoreFloor);
    case 'boxes-scores':
      return decodeBoxesScores(outputs, spec, geometry, scoreFloor);
  }
}
