import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { ExecutionProvider, ModelManifest } from '../contracts/model';
import { AppError } from '../core/app-error';
import { createSession } from './create-session';
import { loadModel, type LoadModelOptions } from './model-loader';
import { loadOrt, usableThreadCount, type Ort, type RuntimeRequest } from './ort-runtime';
import { interleavePlanes, type ImageTensor, type OutputTensor } from './tensor';
import { checkTensors, outputNames, tensorFacts } from './tensor-facts';

export interface OpenModelRequest extends RuntimeRequest {
  readonly manifest: ModelManifest;
  /** Absolute address of the weights. */
  readonly modelUrl: string;
  readonly onProgress?: LoadModelOptions['onProgress'];
}

/** A model in a file; the manifest's `file`, `sha256` and `bytes` are not looked at. */
export interface OpenFileRequest extends RuntimeRequest {
  readonly manifest: ModelManifest;
  readonly file: Blob;
}

/** What ONNX Runtime (1.30) says of an input of another size or number of axes than the network's. */
const WRONG_INPUT_PATTERN = /invalid dimensions for input|invalid rank for input/i;

/** A loaded network with one image input. Runs one inference at a time. */
export class ModelSession {
  readonly provider: ExecutionProvider;
  /** Threads in use, which may be fewer than asked for. */
  readonly threadCount: number;
  /** The device GPU tensors must live on; null on the CPU. */
  readonly gpuDevice: GPUDevice | null;
  /** False: exactly one picture an inference. */
  readonly takesBatches: boolean;
  readonly #ort: Ort;
  readonly #session: InferenceSession;
  readonly #manifest: ModelManifest;
  readonly #outputNames: readonly string[];
  #failure: AppError | null = null;

  private constructor(
    ort: Ort,
    session: InferenceSession,
    request: RuntimeRequest & { readonly manifest: ModelManifest },
    gpuDevice: GPUDevice | null,
  ) {
    this.#ort = ort;
    this.#session = session;
    this.#manifest = request.manifest;
    this.#outputNames = outputNames(request.manifest.output);
    this.provider = request.provider;
    this.threadCount = usableThreadCount(request);
    this.gpuDevice = gpuDevice;
    this.takesBatches = tensorFacts(session.inputMetadata)[0]?.shape[0] !== 1;
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
    return ModelSession.#create(ort, bytes, request);
  }

  /** The same for a file that is not on the shelf; its checksum is not known. Throws as {@link open} does. */
  static async openFile(request: OpenFileRequest): Promise<ModelSession> {
    if (request.provider === 'webgpu') await requireAdapter();
    const [ort, buffer] = await Promise.all([loadOrt(request), request.file.arrayBuffer()]);
    return ModelSession.#create(ort, new Uint8Array(buffer), request);
  }

  static async #create(
    ort: Ort,
    bytes: Uint8Array,
    request: RuntimeRequest & { readonly manifest: ModelManifest },
  ): Promise<ModelSession> {
    const { manifest, provider } = request;
    const session = await createSession(ort, bytes, manifest.id, provider);
    try {
      checkTensors(
        manifest,
        tensorFacts(session.inputMetadata),
        tensorFacts(session.outputMetadata),
      );
      const device = provider === 'webgpu' ? await readDevice(ort) : null;
      return new ModelSession(ort, session, request, device);
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /**
   * Runs the network; borrows `input` until it settles. The outputs its manifest names, copied to the CPU. Throws
   * AppError BACKEND_FAILED (after a lost device every call does), MODEL_INCOMPATIBLE for an input or output that is
   * not what the manifest says.
   */
  async run(input: ImageTensor): Promise<Readonly<Record<string, OutputTensor>>> {
    if (this.#failure) throw this.#failure;
    const feeds = { [this.#manifest.input.name]: this.#toOrt(input) };
    try {
      return readOutputs(await this.#session.run(feeds, this.#outputNames));
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
    const isInterleaved = this.#manifest.input.layout === 'NHWC';
    if (input.location === 'gpu') {
      if (isInterleaved) throw new RangeError('Expected a tensor on the CPU for an NHWC network');
      return this.#ort.Tensor.fromGpuBuffer(input.buffer, {
        dataType: 'float32',
        dims: input.shape,
      });
    }
    if (!isInterleaved) return new this.#ort.Tensor('float32', input.data, input.shape);
    const [count, channels, heightPx, widthPx] = input.shape;
    const data = interleavePlanes(input.data, count, heightPx * widthPx);
    return new this.#ort.Tensor('float32', data, [count, heightPx, widthPx, channels]);
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
    WRONG_INPUT_PATTERN.test(reason) ? 'MODEL_INCOMPATIBLE' : 'BACKEND_FAILED',
    `Inference on ${input.shape.join('x')} float32 failed: ${reason}`,
    { cause },
  );
}
