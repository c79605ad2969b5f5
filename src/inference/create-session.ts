import type { InferenceSession } from 'onnxruntime-web';
import type { ExecutionProvider } from '../contracts/model';
import { AppError } from '../core/app-error';
import type { Ort } from './ort-runtime';

/** What ONNX Runtime (1.30) says when its own binary would not start, as against a model it cannot read. */
const NO_BACKEND_PATTERN = /no available backend|initWasm|wasm.*fail|fetching of the wasm/i;

/** What it says of bytes that are no ONNX model, or only part of one. */
const NO_MODEL_PATTERN = /protobuf parsing failed|no graph was found|missing opset/i;

/** First byte of nearly every ONNX file: the tag of the format's version. */
const FIRST_BYTE = 0x08;

/**
 * Makes a network of an ONNX file's bytes. `label` names the model in errors. Throws AppError MODEL_CORRUPT (no ONNX
 * model, or cut off), MODEL_INCOMPATIBLE (an operator, a version or a type the runtime lacks; it is named),
 * BACKEND_FAILED.
 */
export async function createSession(
  ort: Ort,
  bytes: Uint8Array,
  label: string,
  provider: ExecutionProvider,
): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(bytes, {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (NO_BACKEND_PATTERN.test(reason)) {
      throw new AppError('BACKEND_FAILED', `The ${provider} runtime did not start: ${reason}`, {
        cause,
      });
    }
    if (NO_MODEL_PATTERN.test(reason)) {
      throw new AppError(
        'MODEL_CORRUPT',
        `Model ${label}: expected an ONNX model, found ${describeBytes(bytes)} (${reason})`,
        { cause },
      );
    }
    throw new AppError(
      'MODEL_INCOMPATIBLE',
      `Model ${label}: expected operators and types that ONNX Runtime has on ${provider}, found: ${reason}`,
      { cause },
    );
  }
}

function describeBytes(bytes: Uint8Array): string {
  const length = `${bytes.byteLength.toLocaleString('en-US')} bytes`;
  return bytes[0] === FIRST_BYTE
    ? `${length} that begin like one and are cut off or damaged`
    : `${length} of something else`;
}
