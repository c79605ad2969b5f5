import { expose } from 'comlink';
import type { ExportApi } from '../src/contracts/export';
import { version } from '../package.json';
import { AppError } from '../src/core/app-error';
import { installErrorTransfer } from '../src/runtime/rpc-errors';
import { ExportService } from '../src/sinks/export/export-service';
import { createExporters } from '../src/sinks/export/exporters';
import { sessionFileExporter } from '../src/sinks/export/session-file/session-file';
import { encodableCodec } from '../src/sinks/export/video-overlay';
import { RecordedPainter } from '../src/sinks/overlay/recorded-painter';
import { verifySessionFile } from '../src/sinks/verify/verify-session-file';
import { deviceKey } from '../src/storage/device-key';
import { originUsage } from '../src/storage/quota';
import { SessionPlace } from '../src/storage/session-place';
import { openSession } from '../src/storage/session-reader';
import { createTemporaryFile, type TemporaryFile } from '../src/storage/temporary-files';

/* Exports sessions. Started when something is to be exported, and ended when it is downloaded. */

installErrorTransfer();

/** Left free when room for a scratch file is asked for: recording and everything else go on. */
const RESERVE_BYTES = 200e6;
/** What an encoder is asked for before a session is known: what cameras have. */
const USUAL_SIZE = { widthPx: 1280, heightPx: 720 };

const place = new SessionPlace();
let service: Promise<ExportService> | null = null;
let current: AbortController | null = null;

const api: ExportApi = {
  offers: async (sessionId) => (await opened()).offers(sessionId),
  write: (request, destination, onProgress) =>
    run(async (signal) => (await opened()).write(request, destination, onProgress, signal)),
  release: async () => (await opened()).release(),
  import: () => Promise.reject(new AppError('IMPORT_REFUSED', 'Expected an importer, found none')),
  verify: (file, onProgress) => run((signal) => verifySessionFile(file, onProgress, signal)),
  cancel: () => current?.abort(),
};

function opened(): Promise<ExportService> {
  service ??= open();
  return service;
}

async function open(): Promise<ExportService> {
  const exporters = createExporters({
    codec: await encodableCodec(USUAL_SIZE.widthPx, USUAL_SIZE.heightPx),
    openScratch,
    openPainter: (header, camera, sightings) => new RecordedPainter(header, camera, sightings),
  });
  const sessionFile = sessionFileExporter({
    appVersion: version,
    exporters,
    deviceKey,
    verifierPage: () => Promise.resolve(null),
    nowUnixMs: () => Date.now(),
  });
  return new ExportService({
    exporters: [sessionFile, ...exporters],
    openSession: (id) => openSession(place, id),
    createDownload: createTemporaryFile,
  });
}

/** What is copied from a scratch file may go to this site's files as well: so there must be room for both. */
async function openScratch(byteCount: number): Promise<TemporaryFile | null> {
  const { usedBytes, quotaBytes } = await originUsage();
  return quotaBytes - usedBytes > 2 * byteCount + RESERVE_BYTES ? createTemporaryFile() : null;
}

async function run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (current) throw new RangeError('Expected one export, import or check at a time');
  current = new AbortController();
  try {
    return await work(current.signal);
  } finally {
    current = null;
  }
}

expose(api);
