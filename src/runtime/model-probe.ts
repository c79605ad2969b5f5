import { transfer, type Remote } from 'comlink';
import type { GoldenTest, ModelManifest } from '../contracts/model';
import type { DryRunResult, OnnxFacts } from '../contracts/shelf';
import type { ProbeApi, ProbeRequest } from '../contracts/worker-api';
import { WorkerHost } from './worker-host';

/** A candidate that needs longer than this to load and run a few times is no candidate. */
const PROBE_TIMEOUT_MS = 60_000;

/**
 * Looks at models in a worker made for one question: a runtime's thread count cannot change within a worker, and a file that breaks
 * the runtime breaks nothing else. All reject with AppError; AbortError when `signal` aborts.
 */
export class ModelProbe {
  readonly #createWorker: () => Worker;
  readonly #runtimeBaseUrl: string;

  constructor(createWorker: () => Worker, runtimeBaseUrl: string) {
    this.#createWorker = createWorker;
    this.#runtimeBaseUrl = runtimeBaseUrl;
  }

  /** Median milliseconds for each of the request's inputs. */
  measure(
    request: Omit<ProbeRequest, 'runtimeBaseUrl'>,
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    const runtimeBaseUrl = this.#runtimeBaseUrl;
    return this.#ask((remote) => remote.measure({ ...request, runtimeBaseUrl }), signal);
  }

  inspect(file: Blob, signal: AbortSignal): Promise<OnnxFacts> {
    const runtimeBaseUrl = this.#runtimeBaseUrl;
    return this.#ask((remote) => remote.inspect({ file, runtimeBaseUrl }), signal);
  }

  /** Borrows the picture. */
  async dryRun(
    file: Blob,
    manifest: ModelManifest,
    picture: ImageBitmap,
    signal: AbortSignal,
  ): Promise<DryRunResult> {
    const runtimeBaseUrl = this.#runtimeBaseUrl;
    const copy = await createImageBitmap(picture);
    return this.#ask<DryRunResult>(
      (remote) => remote.dryRun({ file, manifest, runtimeBaseUrl }, transfer(copy, [copy])),
      signal,
    );
  }

  makeGolden(file: Blob, manifest: ModelManifest, signal: AbortSignal): Promise<GoldenTest> {
    const runtimeBaseUrl = this.#runtimeBaseUrl;
    return this.#ask((remote) => remote.makeGolden({ file, manifest, runtimeBaseUrl }), signal);
  }

  async #ask<T>(
    ask: (remote: Remote<ProbeApi>) => PromiseLike<T>,
    signal: AbortSignal,
  ): Promise<T> {
    signal.throwIfAborted();
    const host = new WorkerHost<ProbeApi>(this.#createWorker(), 'probe');
    const stop = (): void => {
      host.terminate();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await host.call(ask, PROBE_TIMEOUT_MS);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      host.terminate();
    }
  }
}
