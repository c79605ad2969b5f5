import type { BackendChoice, ModelManifest } from '../contracts/model';
import { AppError, toErrorData } from '../core/app-error';
import type { DeviceFacts } from './device-facts';
import type { ProviderTrust } from './provider-trust';

/** What {@link loadTrusted} works with. */
export interface TrustedLoad<Ready> {
  readonly manifest: ModelManifest;
  readonly facts: DeviceFacts;
  readonly trust: ProviderTrust;
  readonly signal: AbortSignal;
  /** Loads the model in its worker; runs its golden test when `isProviderNew`. */
  load(backend: BackendChoice, isProviderNew: boolean): Promise<Ready>;
  /** The backend to use after this one failed; null: there is no other. Never one that is in quarantine. */
  next(failed: BackendChoice): BackendChoice | null;
}

/** What was loaded, and why it is not on the backend that was asked for; null when it is. */
export interface TrustedReady<Ready> {
  readonly ready: Ready;
  readonly fallbackReason: AppError | null;
}

/**
 * Loads a model on `first`, or on the next backend when that one computes nonsense, breaks down or is not there.
 *
 * Nonsense (BACKEND_WRONG) puts the provider in quarantine for this model. A worker that dies while it loads is started
 * once more, for it may have been a passing lack of memory; the second time counts as nonsense does. Throws what the last backend threw; at once
 * what is the file's fault (MODEL_*), which no backend can help; AbortError.
 */
export async function loadTrusted<Ready>(
  first: BackendChoice,
  parts: TrustedLoad<Ready>,
): Promise<TrustedReady<Ready>> {
  const { manifest, trust, facts, signal } = parts;
  let fallbackReason: AppError | null = null;
  for (let backend: BackendChoice | null = first; backend;) {
    try {
      const ready = await loadTwice(backend, parts);
      trust.notePassed(manifest, backend.provider, facts);
      return { ready, fallbackReason };
    } catch (error) {
      signal.throwIfAborted();
      if (!isBackendFault(error)) throw error;
      // With threads it may be they that are to blame: one alone is tried before the provider is given up.
      const isGone = error.code === 'WORKER_GONE' && backend.threadCount === 1;
      if (error.code === 'BACKEND_WRONG' || isGone) {
        trust.quarantine(manifest, backend.provider, facts, error.message);
      }
      const next = parts.next(backend);
      if (!next) throw error;
      fallbackReason ??= error;
      backend = next;
    }
  }
  throw new AppError('INTERNAL', 'A load without a backend');
}

/** A worker that died while it loaded gets one more chance. */
async function loadTwice<Ready>(backend: BackendChoice, parts: TrustedLoad<Ready>): Promise<Ready> {
  const { manifest, facts, trust, signal } = parts;
  const isProviderNew = trust.isNew(manifest, backend.provider, facts);
  try {
    return await parts.load(backend, isProviderNew);
  } catch (error) {
    signal.throwIfAborted();
    if (toErrorData(error).code !== 'WORKER_GONE') throw error;
    return await parts.load(backend, isProviderNew);
  }
}

/** True for failures that another execution provider may not have. */
export function isBackendFault(error: unknown): error is AppError {
  return (
    error instanceof AppError &&
    (error.code === 'BACKEND_FAILED' ||
      error.code === 'BACKEND_WRONG' ||
      error.code === 'BACKEND_UNAVAILABLE' ||
      error.code === 'WORKER_GONE')
  );
}
