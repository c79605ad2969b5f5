import type { InferenceSession } from 'onnxruntime-web';
import type { ModelManifest, ModelOutputSpec } from '../contracts/model';
import type { OnnxTensorFacts } from '../contracts/shelf';
import { AppError } from '../core/app-error';

/** What a loaded network says of its inputs or outputs. */
export function tensorFacts(
  metadata: readonly InferenceSession.ValueMetadata[],
): readonly OnnxTensorFacts[] {
  return metadata.map((value) =>
    value.isTensor
      ? { name: value.name, type: value.type, shape: value.shape.map(knownLength) }
      : { name: value.name, type: 'no tensor', shape: [] },
  );
}

/** A name or a number below 1 stands for a length that is only known when the network runs. */
function knownLength(length: number | string): number | null {
  return typeof length === 'number' && length > 0 ? length : null;
}

/** Names of the outputs that a manifest says how to read. */
export function outputNames(output: ModelOutputSpec): readonly string[] {
  switch (output.type) {
    case 'nanodet-dfl':
      return output.heads.map(({ name }) => name);
    case 'boxes-scores':
      return [output.boxesName, output.scoresName];
    case 'yolox':
    case 'yolo':
    case 'embedding':
      return [output.name];
  }
}

/**
 * Holds a network against its manifest. Throws AppError MODEL_INCOMPATIBLE naming what was expected and what was
 * found: another number of inputs, another name, type or size, an output that is missing.
 */
export function checkTensors(
  manifest: Pick<ModelManifest, 'id' | 'input' | 'output'>,
  inputs: readonly OnnxTensorFacts[],
  outputs: readonly OnnxTensorFacts[],
): void {
  const refuse = (finding: string): AppError =>
    new AppError('MODEL_INCOMPATIBLE', `Model ${manifest.id}: ${finding}`);
  const names = (tensors: readonly OnnxTensorFacts[]): string =>
    tensors.map(({ name }) => name).join(', ');
  const { name } = manifest.input;
  const input = inputs.find((one) => one.name === name);
  if (!input) throw refuse(`expected an input "${name}", found ${names(inputs)}`);
  if (inputs.length > 1) throw refuse(`expected one input, found ${names(inputs)}`);
  const expected = inputShape(manifest.input);
  if (input.type !== 'float32' || !fits(input.shape, expected, manifest.input.size === null)) {
    throw refuse(
      `expected input ${name} of ${shapeText(expected)} float32, found ${shapeText(input.shape)} ${input.type}`,
    );
  }
  for (const wanted of outputNames(manifest.output)) {
    const output = outputs.find((one) => one.name === wanted);
    if (!output) throw refuse(`expected an output "${wanted}", found ${names(outputs)}`);
    if (output.type !== 'float32') {
      throw refuse(`expected output ${wanted} of float32, found ${output.type}`);
    }
  }
}

function inputShape({ layout, size }: ModelManifest['input']): readonly (number | null)[] {
  const [height, width] = [size?.heightPx ?? null, size?.widthPx ?? null];
  return layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3];
}

/** A network that fixes what its manifest calls free does not fit; one that leaves more free does. */
function fits(
  found: readonly (number | null)[],
  expected: readonly (number | null)[],
  isSizeFree: boolean,
): boolean {
  // ONNX Runtime gives no lengths for a tensor whose number of axes is open.
  if (found.length === 0) return true;
  if (found.length !== expected.length) return false;
  return found.every((length, axis) => {
    if (length === null) return true;
    const wanted = expected[axis];
    return wanted === null ? !isSizeFree : length === wanted;
  });
}

/** `1x3x?x?`: a question mark is a free length. */
function shapeText(shape: readonly (number | null)[]): string {
  return shape.length === 0 ? 'any shape' : shape.map((length) => length ?? '?').join('x');
}
