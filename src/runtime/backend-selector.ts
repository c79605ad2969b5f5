import type { BackendChoice, ModelManifest, SizePx } from '../contracts/model';
import type { ProbeRequest } from '../contracts/worker-api';
import { AppError, toErrorData } from '../core/app-error';
import { INPUT_SIDES_PX } from '../core/input-sides';
import { BackendMemory, type KeyValueStore, type Measured } from './backend-memory';
import type { DeviceFacts } from './device-facts';
import type { ProviderTrust } from './provider-trust';

/** One way to run a network. */
type Backend = Pick<BackendChoice, 'provider' | 'threadCount'>;

/** Times a network in a worker of its own. Rejects with AppError; AbortError when `signal` aborts. */
export type Probe = (
  request: Omit<ProbeRequest, 'runtimeBaseUrl'>,
  signal: AbortSignal,
) => Promise<readonly number[]>;

export interface BackendWishes {
  /** What the user chose; null: measure. */
  readonly override: Backend | null;
  /** Longer input side the user chose; null: measure. */
  readonly inputSideOverridePx: number | null;
  /** Frames wait and none is dropped: accuracy may cost time. */
  readonly isRecording: boolean;
  readonly signal: AbortSignal;
}

/** A candidate that could not be measured, told when no other could be either. */
interface FailedCandidate extends Backend {
  readonly reason: string;
}

/** Candidates are compared at this side: large enough to tell them apart, small enough to be quick. */
const COMPARED_SIDE_PX = 416;
/** Below this many frames a second (about 7) fast vehicles jump too far from frame to frame to be followed well. */
export const FRAME_BUDGET_MS = 130;
/** A recording gets at least this side, where the detector finds most (models/detect-nanodet/CARD.md) ... */
const RECORDING_SIDE_PX = 512;
/** ... unless a frame would take longer than this: an hour of video must not take a day on a phone. */
const RECORDING_BUDGET_MS = 400;
/** When even the smallest side is over budget it is used all the same. */
const SMALLEST_SIDE_PX = 320;
/** Cameras are 16:9 more often than not. */
const ASPECT = 16 / 9;
/** Median of three: one disturbed run does not decide. */
export const RUN_COUNT = 3;
/** More threads than this gain nothing on a network this small, and each candidate costs half a second. */
const MAX_THREADS = 8;
/** A candidate must be this much faster than a simpler one: threads and GPUs also slow the rest of the machine. */
const WORTHWHILE_SPEEDUP = 1.1;

/**
 * Chooses provider, threads and input size by measuring them on this device, once for each model; the
 * answer is kept until browser, cores, graphics device or isolation change.
 *
 * Each candidate is timed at {@link COMPARED_SIDE_PX}; of the fastest, the largest input that stays under
 * {@link FRAME_BUDGET_MS} is taken; a recording, which can wait, may get a larger one. A candidate that
 * fails is left out; one that computes nonsense goes into quarantine, and those in quarantine are not tried.
 */
export class BackendSelector {
  readonly #probe: Probe;
  readonly #memory: BackendMemory;
  readonly #readFacts: () => Promise<DeviceFacts>;
  readonly #trust: ProviderTrust;

  constructor(
    probe: Probe,
    store: KeyValueStore,
    readFacts: () => Promise<DeviceFacts>,
    trust: ProviderTrust,
  ) {
    this.#probe = probe;
    this.#memory = new BackendMemory(store);
    this.#readFacts = readFacts;
    this.#trust = trust;
  }

  /**
   * Throws AppError BACKEND_FAILED when nothing runs; MODEL_UNAVAILABLE and MODEL_CORRUPT at once, since
   * no backend can help there; AbortError.
   */
  async choose(
    manifest: ModelManifest,
    modelUrl: string,
    wishes: BackendWishes,
  ): Promise<BackendChoice> {
    const facts = await this.#readFacts();
    wishes.signal.throwIfAborted();
    const isTrusted = ({ provider }: Backend): boolean =>
      !this.#trust.isQuarantined(manifest, provider, facts);
    // What the user chose is used unless it computes nonsense.
    const override = wishes.override && isTrusted(wishes.override) ? wishes.override : null;
    if (override && wishes.inputSideOverridePx !== null) {
      return byUser(override, wishes.inputSideOverridePx, null);
    }
    if (override) return this.#chooseSide(manifest, modelUrl, override, wishes.signal);
    const recalled = this.#memory.recall(manifest, facts);
    const remembered = recalled && isTrusted(recalled) ? recalled : null;
    const measured = remembered ?? (await this.#measure(manifest, modelUrl, facts, wishes.signal));
    if (!remembered) this.#memory.remember(manifest, facts, measured);
    if (wishes.inputSideOverridePx !== null) {
      return byUser(measured, wishes.inputSideOverridePx, null);
    }
    const { inputSidePx, measuredMs } = wishes.isRecording
      ? sideForRecording(manifest, measured)
      : measured;
    const { provider, threadCount } = measured;
    const origin = remembered ? 'remembered' : 'measured';
    return { provider, threadCount, inputSidePx, measuredMs, origin };
  }

  /**
   * What to use after `failed` broke down: one WASM thread, which runs everywhere; WebGPU when it is WASM that is in
   * quarantine. Null: nothing is left. What was measured for this model is forgotten.
   */
  fallback(
    manifest: ModelManifest,
    failed: Pick<BackendChoice, 'provider' | 'threadCount' | 'inputSidePx'>,
    facts: DeviceFacts,
  ): BackendChoice | null {
    this.#memory.forgetModel(manifest);
    const isWasmLeft =
      !this.#trust.isQuarantined(manifest, 'wasm', facts) &&
      (failed.provider !== 'wasm' || failed.threadCount > 1);
    const provider = isWasmLeft ? 'wasm' : failed.provider === 'wasm' ? 'webgpu' : null;
    const isThere = candidatesFor(facts).some((candidate) => candidate.provider === provider);
    if (!provider || !isThere || this.#trust.isQuarantined(manifest, provider, facts)) return null;
    return {
      provider,
      threadCount: 1,
      inputSidePx: manifest.input.size
        ? failed.inputSidePx
        : Math.min(failed.inputSidePx, COMPARED_SIDE_PX),
      origin: 'fallback',
      measuredMs: null,
    };
  }

  /** Measures anew at the next `choose`. */
  forget(): void {
    this.#memory.forget();
  }

  async #measure(
    manifest: ModelManifest,
    modelUrl: string,
    facts: DeviceFacts,
    signal: AbortSignal,
  ): Promise<Measured> {
    const failures: FailedCandidate[] = [];
    let best: (Backend & { readonly ms: number }) | null = null;
    // One after the other: candidates that share the cores would spoil each other's figures.
    for (const candidate of this.#trustedCandidates(manifest, facts)) {
      // More threads seldom help once fewer did not, and each step costs half a second.
      if (best?.provider === 'wasm' && candidate.threadCount > 2 * best.threadCount) continue;
      try {
        const ms = await this.#timeTwice(manifest, modelUrl, candidate, signal);
        if (!best || ms * WORTHWHILE_SPEEDUP < best.ms) best = { ...candidate, ms };
      } catch (error) {
        signal.throwIfAborted();
        const { code, message } = toErrorData(error);
        if (code === 'MODEL_UNAVAILABLE' || code === 'MODEL_CORRUPT') throw error;
        const isGpuGone = code === 'WORKER_GONE' && candidate.provider === 'webgpu';
        if (code === 'BACKEND_WRONG' || isGpuGone) {
          this.#trust.quarantine(manifest, candidate.provider, facts, message);
        }
        failures.push({ ...candidate, reason: message });
      }
    }
    if (!best) throw nothingRuns(failures);
    const { provider, threadCount, ms } = best;
    return { provider, threadCount, ...largestSideUnderBudget(manifest, ms) };
  }

  /** In quarantine all of them, the simplest is tried once more: better a test than an app that does nothing. */
  #trustedCandidates(manifest: ModelManifest, facts: DeviceFacts): readonly Backend[] {
    const candidates = candidatesFor(facts);
    const trusted = candidates.filter(
      ({ provider }) => !this.#trust.isQuarantined(manifest, provider, facts),
    );
    return trusted.length > 0 ? trusted : candidates.slice(0, 1);
  }

  /** A worker that dies gets one more chance. */
  async #timeTwice(
    manifest: ModelManifest,
    modelUrl: string,
    backend: Backend,
    signal: AbortSignal,
  ): Promise<number> {
    try {
      return await this.#time(manifest, modelUrl, backend, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (toErrorData(error).code !== 'WORKER_GONE') throw error;
      return this.#time(manifest, modelUrl, backend, signal);
    }
  }

  /** Median milliseconds of one inference at {@link COMPARED_SIDE_PX}. */
  async #time(
    manifest: ModelManifest,
    modelUrl: string,
    backend: Backend,
    signal: AbortSignal,
  ): Promise<number> {
    const inputs = [comparedInput(manifest)];
    const [ms] = await this.#probe(
      { manifest, modelUrl, ...backend, inputs, runCount: RUN_COUNT },
      signal,
    );
    if (ms === undefined) throw new AppError('BACKEND_FAILED', 'The probe measured nothing');
    return ms;
  }

  /** The user chose the backend but not the size. */
  async #chooseSide(
    manifest: ModelManifest,
    modelUrl: string,
    backend: Backend,
    signal: AbortSignal,
  ): Promise<BackendChoice> {
    const ms = await this.#time(manifest, modelUrl, backend, signal);
    const side = largestSideUnderBudget(manifest, ms);
    return byUser(backend, side.inputSidePx, side.measuredMs);
  }
}

/** Simplest first, so that a tie goes to the simpler one. */
export function candidatesFor(facts: DeviceFacts): readonly Backend[] {
  const mostThreads = facts.isCrossOriginIsolated
    ? Math.min(facts.hardwareConcurrency, MAX_THREADS)
    : 1;
  const candidates: Backend[] = [];
  for (let threadCount = 1; threadCount <= mostThreads; threadCount *= 2) {
    candidates.push({ provider: 'wasm', threadCount });
  }
  if (facts.gpuName !== null && !facts.isIos) {
    candidates.push({ provider: 'webgpu', threadCount: 1 });
  }
  return candidates;
}

/** The input at which candidates are compared. */
export function comparedInput(manifest: ModelManifest): SizePx {
  return inputSize(manifest, COMPARED_SIDE_PX);
}

/** Input of a widescreen frame, or the network's own fixed one. */
function inputSize(
  { input }: ModelManifest,
  sidePx: number,
): { readonly widthPx: number; readonly heightPx: number } {
  if (input.size) return input.size;
  const heightPx = Math.ceil(sidePx / ASPECT / input.strideMultiple) * input.strideMultiple;
  return { widthPx: sidePx, heightPx };
}

/**
 * The largest input whose inference should stay under budget. Time grows with the number of pixels
 * (measured: 87 ms at 416x256, 121 ms at 512x288), so one timed size tells of the others.
 */
function largestSideUnderBudget(
  manifest: ModelManifest,
  comparedMs: number,
): Pick<Measured, 'inputSidePx' | 'measuredMs'> {
  if (manifest.input.size) {
    const { widthPx, heightPx } = manifest.input.size;
    return { inputSidePx: Math.max(widthPx, heightPx), measuredMs: comparedMs };
  }
  const expectedMs = (sidePx: number): number =>
    (comparedMs * inputAreaPx2(manifest, sidePx)) / inputAreaPx2(manifest, COMPARED_SIDE_PX);
  const inputSidePx =
    INPUT_SIDES_PX.findLast((sidePx) => expectedMs(sidePx) <= FRAME_BUDGET_MS) ?? SMALLEST_SIDE_PX;
  return { inputSidePx, measuredMs: expectedMs(inputSidePx) };
}

/** The side for a recording, given what was chosen for live pictures. */
function sideForRecording(
  manifest: ModelManifest,
  live: Pick<Measured, 'inputSidePx' | 'measuredMs'>,
): Pick<Measured, 'inputSidePx' | 'measuredMs'> {
  if (manifest.input.size || live.inputSidePx >= RECORDING_SIDE_PX) return live;
  const growth =
    inputAreaPx2(manifest, RECORDING_SIDE_PX) / inputAreaPx2(manifest, live.inputSidePx);
  const measuredMs = live.measuredMs * growth;
  return measuredMs > RECORDING_BUDGET_MS ? live : { inputSidePx: RECORDING_SIDE_PX, measuredMs };
}

function inputAreaPx2(manifest: ModelManifest, sidePx: number): number {
  const { widthPx, heightPx } = inputSize(manifest, sidePx);
  return widthPx * heightPx;
}

function byUser(
  { provider, threadCount }: Backend,
  inputSidePx: number,
  measuredMs: number | null,
): BackendChoice {
  return { provider, threadCount, inputSidePx, origin: 'user', measuredMs };
}

function nothingRuns(failures: readonly FailedCandidate[]): AppError {
  const reasons = failures.map(
    ({ provider, threadCount, reason }) => `${provider} with ${threadCount}: ${reason}`,
  );
  return new AppError(
    'BACKEND_FAILED',
    `Expected at least one way to run the model, found none. ${reasons.join('; ')}`,
  );
}
