import type { OnnxFacts } from '../contracts/shelf';
import type { ProbeFile } from '../contracts/worker-api';
import { createSession } from './create-session';
import { sha256Hex } from './model-loader';
import { loadOrt } from './ort-runtime';
import { tensorFacts } from './tensor-facts';

/**
 * Loads an ONNX file, so that what the runtime lacks shows, and tells what it says of itself. Throws AppError
 * MODEL_CORRUPT, MODEL_INCOMPATIBLE, BACKEND_FAILED.
 */
export async function inspectModel({ file, runtimeBaseUrl }: ProbeFile): Promise<OnnxFacts> {
  const [ort, buffer] = await Promise.all([
    loadOrt({ provider: 'wasm', threadCount: 1, runtimeBaseUrl }),
    file.arrayBuffer(),
  ]);
  const bytes = new Uint8Array(buffer);
  // Before the runtime has it: the checksum is then of the file as it was.
  const sha256 = await sha256Hex(bytes);
  const session = await createSession(ort, bytes, 'in this file', 'wasm');
  try {
    return {
      bytes: file.size,
      sha256,
      inputs: tensorFacts(session.inputMetadata),
      outputs: tensorFacts(session.outputMetadata),
    };
  } finally {
    await session.release();
  }
}
