import {
  EXPORT_FORMATS,
  type ExportRequest,
  type ExportSummary,
  type ImportOutcome,
  type SessionFileContents,
  type SessionFilesClient,
  type VerificationReport,
} from '../../../src/contracts/export';
import type { AppError } from '../../../src/core/app-error';

/** Exports nothing, but says what it was asked for; imports and checks as the test wants. */
export class FakeSessionFiles implements SessionFilesClient {
  readonly requests: ExportRequest[] = [];
  /** Thrown by the next import. */
  nextRefusal: AppError | null = null;
  report: VerificationReport = {
    error: null,
    parts: [{ name: 'manifest.json', byteCount: 900, verdict: 'intact', problem: null }],
    signature: 'valid',
    keyFingerprint: 'ab'.repeat(32),
    signedUnixMs: 1_700_000_000_000,
    appVersion: '0.0.0',
  };

  offers(): ReturnType<SessionFilesClient['offers']> {
    return Promise.resolve(
      EXPORT_FORMATS.map((format) => ({
        format,
        refusal: format === 'geojson' ? 'No camera of this session has a position.' : null,
        file: { name: `session.${format}`, mimeType: 'application/octet-stream' },
      })),
    );
  }

  contents(): Promise<SessionFileContents> {
    return Promise.resolve({
      groups: [
        { kind: 'results', partCount: 1, byteCount: 1_600_000 },
        { kind: 'video', partCount: 12, byteCount: 24_000_000 },
      ],
      byteCount: 26_000_000,
      hasPictures: true,
    });
  }

  deviceFingerprint(): Promise<string> {
    return Promise.resolve('ab'.repeat(32));
  }

  export(
    request: ExportRequest,
    _destination: unknown,
    onProgress: (fraction: number) => void,
  ): Promise<ExportSummary> {
    this.requests.push(request);
    onProgress(1);
    return Promise.resolve({ byteCount: 12_000_000, recordCount: 420, notes: [] });
  }

  import(): Promise<ImportOutcome> {
    const refusal = this.nextRefusal;
    this.nextRefusal = null;
    if (refusal) return Promise.reject(refusal);
    return Promise.resolve({ sessionId: 'imported-1', notes: ['It had no video.'] });
  }

  verify(): Promise<VerificationReport> {
    return Promise.resolve(this.report);
  }
}
