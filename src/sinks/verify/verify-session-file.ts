import type { ErrorData } from '../../contracts/errors';
import type { VerificationReport, VerifiedPart } from '../../contracts/export';
import { isAbort, toErrorData } from '../../core/app-error';
import {
  openArchive,
  readWhole,
  type Archive,
  type ArchiveEntry,
} from '../../core/session-format/archive';
import { readManifest, type Manifest, type ManifestPart } from '../../core/session-format/manifest';
import {
  MANIFEST_PATH,
  MAX_MANIFEST_BYTES,
  shownPath,
  SIGNATURE_PATH,
} from '../../core/session-format/part-path';
import { checkSignature, MAX_SIGNATURE_BYTES } from '../../core/session-format/signature';
import { Sha256Stream } from '../../core/session-format/sha256-stream';
import { packagingProblems } from './packaging';

const NOTHING_KNOWN = {
  parts: [],
  signature: 'missing',
  keyFingerprint: null,
  signedUnixMs: null,
  appVersion: null,
} as const satisfies Omit<VerificationReport, 'error'>;

/**
 * Checks a session file, which may be anything: every part against the manifest, the manifest against its signature, and all bytes around
 * them against the only way the app writes them. Never throws for a bad file; AbortError. Memory stays flat. `progress` in [0, 1].
 */
export async function verifySessionFile(
  file: Blob,
  progress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<VerificationReport> {
  try {
    const archive = await openArchive(file);
    return await new Verification(archive, progress, signal).report();
  } catch (error) {
    signal.throwIfAborted();
    if (isAbort(error)) throw error;
    return { error: toErrorData(error), ...NOTHING_KNOWN };
  }
}

/** One check under way. */
class Verification {
  readonly #archive: Archive;
  readonly #tell: (fraction: number) => void;
  readonly #signal: AbortSignal;
  readonly #entries: ReadonlyMap<string, ArchiveEntry>;
  readonly #totalBytes: number;
  #doneBytes = 0;

  constructor(archive: Archive, tell: (fraction: number) => void, signal: AbortSignal) {
    this.#archive = archive;
    this.#tell = tell;
    this.#signal = signal;
    this.#entries = new Map(archive.entries.map((entry) => [entry.path, entry]));
    this.#totalBytes = archive.entries.reduce((sum, { byteCount }) => sum + byteCount, 1);
  }

  async report(): Promise<VerificationReport> {
    if (!this.#entries.has(MANIFEST_PATH)) return this.#withoutManifest();
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await this.#read(MANIFEST_PATH, MAX_MANIFEST_BYTES);
    } catch (found) {
      return this.#withUnreadableManifest(found);
    }
    let manifest: Manifest | null = null;
    let error: ErrorData | null = null;
    try {
      manifest = readManifest(bytes);
    } catch (found) {
      error = toErrorData(found);
    }
    const signing = await this.#checkSigning(bytes, manifest);
    const checked: VerifiedPart[] = [];
    for (const part of manifest?.parts ?? []) checked.push(await this.#checkPart(part));
    const known = new Set([...checked, ...signing.parts].map(({ name }) => name));
    const packaging = await packagingProblems(this.#archive, manifest, this.#signal);
    const parts = [...checked, ...this.#unlisted(known), ...signing.parts].map((part) =>
      withPackaging(part, packaging.byPath.get(part.name)),
    );
    this.#tell(1);
    return {
      error: error ?? elsewhereError(packaging.elsewhere),
      parts,
      signature: signing.signature,
      keyFingerprint: signing.keyFingerprint,
      signedUnixMs: signing.signedUnixMs,
      appVersion: manifest?.appVersion ?? null,
    };
  }

  #withoutManifest(): VerificationReport {
    return {
      ...NOTHING_KNOWN,
      error: {
        code: 'IMPORT_REFUSED',
        message: `The file: expected a session file with ${MANIFEST_PATH}, found an archive without one`,
      },
      parts: this.#unlisted(new Set()),
    };
  }

  #withUnreadableManifest(found: unknown): VerificationReport {
    this.#signal.throwIfAborted();
    const error = toErrorData(found);
    const byteCount = this.#entries.get(MANIFEST_PATH)?.byteCount ?? 0;
    return {
      ...NOTHING_KNOWN,
      error,
      parts: [{ name: MANIFEST_PATH, byteCount, verdict: 'changed', problem: error.message }],
    };
  }

  /** Manifest and signature, which the manifest does not list. */
  async #checkSigning(bytes: Uint8Array<ArrayBuffer>, manifest: Manifest | null) {
    const row = (name: string, problem: string | null): VerifiedPart => ({
      name,
      byteCount: this.#entries.get(name)?.byteCount ?? 0,
      verdict: problem === null ? 'intact' : 'changed',
      problem,
    });
    const nothing = { keyFingerprint: null, signedUnixMs: null };
    if (!this.#entries.has(SIGNATURE_PATH)) {
      const expected = manifest?.keyFingerprint ?? null;
      const isRemoved = expected !== null;
      const problem = isRemoved ? `expected the signature by ${expected}, found none` : null;
      const missing: VerifiedPart = {
        ...row(SIGNATURE_PATH, problem),
        verdict: 'missing',
      };
      return {
        ...nothing,
        signature: 'missing' as const,
        parts: [row(MANIFEST_PATH, null), ...(isRemoved ? [missing] : [])],
      };
    }
    let signature: Uint8Array<ArrayBuffer>;
    try {
      signature = await this.#read(SIGNATURE_PATH, MAX_SIGNATURE_BYTES);
    } catch (found) {
      this.#signal.throwIfAborted();
      return {
        ...nothing,
        signature: 'invalid' as const,
        parts: [row(MANIFEST_PATH, null), row(SIGNATURE_PATH, toErrorData(found).message)],
      };
    }
    const check = await checkSignature(signature, bytes, manifest);
    const { problem, isManifestIntact, keyFingerprint, signedUnixMs } = check;
    return {
      keyFingerprint,
      signedUnixMs,
      signature: problem === null ? ('valid' as const) : ('invalid' as const),
      parts: [
        row(MANIFEST_PATH, isManifestIntact ? null : problem),
        row(SIGNATURE_PATH, isManifestIntact ? problem : null),
      ],
    };
  }

  async #checkPart(part: ManifestPart): Promise<VerifiedPart> {
    const { path: name, byteCount } = part;
    const entry = this.#entries.get(name);
    const answer = (verdict: VerifiedPart['verdict'], problem: string | null): VerifiedPart => ({
      name,
      byteCount,
      verdict,
      problem,
    });
    if (!entry) return answer('missing', `expected ${byteCount} bytes, found no such part`);
    if (entry.byteCount !== byteCount)
      return answer('changed', `expected ${byteCount} bytes, found ${entry.byteCount}`);
    const digest = new Sha256Stream();
    try {
      await this.#archive.read(
        entry,
        (chunk) => {
          digest.update(chunk);
          this.#progress(chunk.length);
        },
        this.#signal,
      );
    } catch (error) {
      this.#signal.throwIfAborted();
      return answer('changed', toErrorData(error).message);
    }
    const found = await digest.hex();
    if (found !== part.sha256)
      return answer('changed', `expected SHA-256 ${part.sha256}, found ${found}`);
    return answer('intact', null);
  }

  #unlisted(known: ReadonlySet<string>): readonly VerifiedPart[] {
    return this.#archive.entries
      .filter(({ path }) => !known.has(path))
      .map(({ path, byteCount }) => ({
        name: shownPath(path),
        byteCount,
        verdict: 'unlisted',
        problem: 'expected only what the manifest lists, found this',
      }));
  }

  /** Of an entry that is there. */
  async #read(path: string, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.#entries.get(path);
    if (!entry) throw new RangeError(`Expected an entry of the archive, found none called ${path}`);
    return readWhole(this.#archive, entry, limitBytes, this.#signal);
  }

  #progress(byteCount: number): void {
    this.#doneBytes += byteCount;
    this.#tell(Math.min(0.99, this.#doneBytes / this.#totalBytes));
  }
}

function withPackaging(part: VerifiedPart, problem: string | undefined): VerifiedPart {
  return part.verdict === 'intact' && problem !== undefined
    ? { ...part, verdict: 'repacked', problem }
    : part;
}

function elsewhereError(problem: string | null): ErrorData | null {
  return problem === null ? null : { code: 'IMPORT_REFUSED', message: problem };
}
