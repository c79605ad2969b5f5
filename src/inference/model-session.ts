import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { ExecutionProvider, ModelManifest } from '../contracts/model';
import { AppError } from '../core/app-error';
import { loadModel, type LoadModelOptions } from './model-loader';
import { loadOrt, usableThreadCount, type Ort, type RuntimeRequest } from './ort-runtime';
import type { ImageTensor, OutputTensor } from './tensor';

export interface OpenModelRequest extends RuntimeRequest {
  readonly manifest: ModelManifest;
  /** Absolute address of the weights. */
  readonly modelUrl: string;
  readonly onProgress?: LoadModelOptions['onProgress'];
}

/** What ONNX Runtime says when its own binary would not start, as against a model it cannot read. */
const NO_BACKEND_PATTERN = /no available backend|initWasm|wasm.*fail|fetching of the wasm/i;

/** A loaded network with one image input. Runs one inference at a time. */
export class ModelSession {
  readonly provider: ExecutionProvider;
  /** Threads in use, which may be fewer than asked for. */
  readonly threadCount: number;
  /** The device GPU tensors must live on; null on the CPU. */
  readonly gpuDevice: GPUDevice | null;
  readonly #ort: Ort;
  readonly #session: InferenceSession;
  readonly #inputName: string;
  #failure: AppError | null = null;

  private constructor(
    ort: Ort,
    session: InferenceSession,
    request: OpenModelRequest,
    gpuDevice: GPUDevice | null,
  ) {
    this.#ort = ort;
    this.#session = session;
    this.#inputName = request.manifest.input.name;
    this.provider = request.provider;
    this.threadCount = usableThreadCount(request);
    this.gpuDevice = gpuDevice;
    void gpuDevice?.lost.then((info) => {
      this.#failure = new AppError(
        'BACKEND_FAILED',
        `The graphics device was lost (${info.reason || 'unknown'}): ${info.message || 'no reason given'}`,
      );
    });
  }

  /**
   * Loads runtime and weights at once. Throws AppError MODEL_UNAVAILABLE, MODEL_CORRUPT,
   * MODEL_INCOMPATIBLE, BACKEND_UNAVAILABLE or BACKEND_FAILED.
   */
  static async open(request: OpenModelRequest): Promise<ModelSession> {
    if (request.provider === 'webgpu') await requireAdapter();
    const { manifest, modelUrl, onProgress } = request;
    const [ort, bytes] = await Promise.all([
      loadOrt(request),
      loadModel(manifest, modelUrl, onProgress ? { onProgress } : {}),
    ]);
    const session = await createSession(ort, bytes, request);
    if (!session.inputNames.includes(manifest.input.name)) {
      await session.release();
      throw new AppError(
        'MODEL_INCOMPATIBLE',
        `Model ${manifest.id}: expected an input "${manifest.input.name}", found ${session.inputNames.join(', ')}`,
      );
    }
    const device = request.provider === 'webgpu' ? await readDevice(ort) : null;
    return new ModelSession(ort, session, request, device);
  }

  /**
   * Runs the network; borrows `input` until it settles. Outputs by name, copied to the CPU. Throws
   * AppError BACKEND_FAILED; after a lost device every call does.
   */
  async run(input: ImageTensor): Promise<Readonly<Record<string, OutputTensor>>> {
    if (this.#failure) throw this.#failure;
    try {
      const results = await this.#session.run({ [this.#inputName]: this.#toOrt(input) });
      return readOutputs(results);
    } catch (cause) {
      // The promise of a lost device settles first, so its reason is the better one.
      throw this.#failure ?? runFailure(cause, input);
    }
  }

  /** Frees the network. The runtime stays with its worker. */
  async dispose(): Promise<void> {
    this.#failure ??= new AppError('BACKEND_FAILED', 'The model was closed');
    await this.#session.release();
  }

  #toOrt(input: ImageTensor): Tensor {
    if (input.location === 'cpu') {
      return new this.#ort.Tensor('float32', input.data, input.shape);
    }
    return this.#ort.Tensor.fromGpuBuffer(input.buffer, { dataType: 'float32', dims: input.shape });
  }
}

async function createSession(
  ort: Ort,
  bytes: Uint8Array,
  { manifest, provider }: OpenModelRequest,
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
    throw new AppError(
      'MODEL_INCOMPATIBLE',
      `Model ${manifest.id} cannot be used with ${provider}: ${reason}`,
      { cause },
    );
  }
}

/** Throws BACKEND_UNAVAILABLE when there is no graphics device to ask for. */
async function requireAdapter(): Promise<void> {
  // Typed as always there, but missing in browsers without WebGPU.
  const gpu = (navigator as Partial<Navigator>).gpu;
  if (!gpu)
    throw new AppError('BACKEND_UNAVAILABLE', 'Expected WebGPU, found a browser without it');
  const adapter = await gpu.requestAdapter();
  if (!adapter) {
    throw new AppError('BACKEND_UNAVAILABLE', 'Expected a graphics device for WebGPU, found none');
  }
}

/** The device ONNX Runtime made for its sessions. */
async function readDevice(ort: Ort): Promise<GPUDevice> {
  const device: GPUDevice | undefined = await ort.env.webgpu.device;
  if (!device) throw new AppError('BACKEND_FAILED', 'ONNX Runtime made no graphics device');
  return device;
}

function readOutputs(
  results: InferenceSession.OnnxValueMapType,
): Readonly<Record<string, OutputTensor>> {
  const outputs: Record<string, OutputTensor> = {};
  for (const [name, tensor] of Object.entries(results)) {
    if (!(tensor.data instanceof Float32Array)) {
      throw new AppError(
        'MODEL_INCOMPATIBLE',
        `Output ${name}: expected float32, found ${tensor.type}`,
      );
    }
    outputs[name] = { data: tensor.data, shape: tensor.dims };
  }
  return outputs;
}

function runFailure(cause: unknown, input: ImageTensor): AppError {
  if (cause instanceof AppError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'BACKEND_FAILED',
    `Inference on ${input.shape.join('x')} float32 failed: ${reason}`,
    { cause },
  );
}
