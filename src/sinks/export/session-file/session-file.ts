import type { Exporter, ExportRequest, ExportSummary } from '../../../contracts/export';
import type { SessionReader } from '../../../contracts/session';
import { LEFT_OUT, writeManifest, type ManifestPart } from '../../../core/session-format/manifest';
import { MANIFEST_PATH, SIGNATURE_PATH } from '../../../core/session-format/part-path';
import { keyFingerprint, signManifest } from '../../../core/session-format/signature';
import { exportFile } from '../export-name';
import { toExportError } from '../run-export';
import { ArchiveWriter } from './archive-writer';
import { narrowSession } from './narrowed-session';
import { planData, planExports, planReport, type PlannedPart } from './part-plan';
import { readmeText } from './readme-text';
import { findUnreadableVideo, unreadableNote } from './unreadable-video';

/** What a session file is made with. */
export interface SessionFileTools {
  readonly appVersion: string;
  /** Formats for other programs; those that are not there are left out. */
  readonly exporters: readonly Exporter[];
  /** ECDSA on P-256. Null: this device has none, and the file is not signed. */
  readonly deviceKey: () => Promise<CryptoKeyPair | null>;
  /** `verify.html`. Null: it cannot be had now, and is left out. */
  readonly verifierPage: () => Promise<Blob | null>;
  readonly nowUnixMs: () => number;
}

/**
 * Writes everything into one signed ZIP file that can be imported again. The same session gives the same data parts and exports, to the
 * last byte, on every device.
 */
export function sessionFileExporter(tools: SessionFileTools): Exporter {
  return {
    format: 'session-file',
    refusal: ({ header }) =>
      header.state === 'complete' ? null : 'It is not closed yet: end or recover it first.',
    file: (session, request) =>
      exportFile(session, request, { suffix: 'session.zip', mimeType: 'application/zip' }),
    async write(session, request, sink, tell, signal) {
      const writer = new ArchiveWriter(sink, session.header.createdUnixMs, signal);
      try {
        signal.throwIfAborted();
        return await new SessionFileWriter(tools, writer, request, tell, signal).write(session);
      } catch (error) {
        await writer.abort(error);
        signal.throwIfAborted();
        throw toExportError(error);
      }
    },
  };
}

/** One session file under way. */
class SessionFileWriter {
  readonly #tools: SessionFileTools;
  readonly #writer: ArchiveWriter;
  readonly #request: ExportRequest;
  readonly #tell: (fraction: number) => void;
  readonly #signal: AbortSignal;
  readonly #parts: ManifestPart[] = [];
  readonly #notes: string[] = [];
  #doneBytes = 0;
  #totalBytes = 1;

  constructor(
    tools: SessionFileTools,
    writer: ArchiveWriter,
    request: ExportRequest,
    tell: (fraction: number) => void,
    signal: AbortSignal,
  ) {
    this.#tools = tools;
    this.#writer = writer;
    this.#request = request;
    this.#tell = tell;
    this.#signal = signal;
  }

  async write(whole: SessionReader): Promise<ExportSummary> {
    const unreadable = await findUnreadableVideo(whole, this.#request);
    const session = await narrowSession(whole, this.#request, unreadable);
    for (const video of unreadable) this.#notes.push(unreadableNote(whole.header, video));
    const planned = await this.#plan(session);
    this.#totalBytes = planned.reduce((sum, { estimatedBytes }) => sum + estimatedBytes, 1);
    for (const part of planned) await this.#add(session, part);
    await this.#sign(session);
    await this.#writer.close();
    this.#tell(1);
    return {
      byteCount: this.#writer.byteCount,
      recordCount: this.#parts.length,
      notes: this.#notes,
    };
  }

  /** In the order people look at them, but for manifest and signature, which can only come last. */
  async #plan(session: SessionReader): Promise<readonly PlannedPart[]> {
    const { exporters, verifierPage } = this.#tools;
    const page = await verifierPage();
    if (!page)
      this.#notes.push(
        'The page that checks the file (verify.html) could not be had and is left out; the app can check it, too.',
      );
    const data = await planData(session);
    const readme = readmeText(session.header, {
      video: session.segments.length > 0,
      crops: data.some(({ mimeType }) => mimeType.startsWith('image/')),
      verifier: page !== null,
    });
    const report = planReport(session, this.#request, exporters);
    return [
      documentPart('README.txt', new Blob([readme], { type: 'text/plain' })),
      ...(report ? [report] : []),
      ...(page ? [documentPart('verify.html', page)] : []),
      ...planExports(session, this.#request, exporters),
      ...data,
    ];
  }

  async #add(session: SessionReader, part: PlannedPart): Promise<void> {
    this.#signal.throwIfAborted();
    const { path, role, mimeType, estimatedBytes, contents } = part;
    const written =
      contents.type === 'blob'
        ? await this.#writer.addStored(path, await contents.read())
        : await this.#writer.addPacked(
            path,
            async (sink) => {
              const { exporter, request } = contents;
              const tell = (fraction: number): void => {
                this.#progress(fraction * estimatedBytes);
              };
              const { notes } = await exporter.write(session, request, sink, tell, this.#signal);
              // What other formats have to say is about opening them in other programs.
              if (role === 'document') this.#notes.push(...notes);
            },
            estimatedBytes,
          );
    this.#parts.push({ path, role, mimeType, ...written });
    this.#doneBytes += estimatedBytes;
    this.#progress(0);
  }

  async #sign({ header, segments }: SessionReader): Promise<void> {
    const { appVersion, deviceKey, nowUnixMs } = this.#tools;
    const { range, resultSet, without } = this.#request;
    const key = await deviceKey();
    const exportedUnixMs = nowUnixMs();
    const manifest = writeManifest({
      appVersion,
      exportedUnixMs,
      keyFingerprint: key && (await keyFingerprint(key.publicKey)),
      session: { ...header, segments },
      resultSet,
      range,
      leftOut: LEFT_OUT.filter((what) => without.includes(what)),
      parts: this.#parts,
    });
    await this.#writer.addStored(MANIFEST_PATH, new Blob([manifest]));
    if (!key) {
      this.#notes.push('This device has no key to sign with: the file is not signed.');
      return;
    }
    const signature = await signManifest(manifest, exportedUnixMs, key);
    await this.#writer.addStored(SIGNATURE_PATH, new Blob([signature]));
  }

  /** `partBytes`: of the part under way, by the same estimate as the whole. */
  #progress(partBytes: number): void {
    // The rest is for manifest and directory.
    this.#tell(Math.min(0.99, (this.#doneBytes + partBytes) / this.#totalBytes));
  }
}

function documentPart(path: string, contents: Blob): PlannedPart {
  return {
    path,
    role: 'document',
    mimeType: contents.type,
    estimatedBytes: contents.size,
    contents: { type: 'blob', read: () => Promise.resolve(contents) },
  };
}
