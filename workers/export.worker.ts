import { expose } from 'comlink';
import type { ExportApi, Exporter } from '../src/contracts/export';
import type { SessionHeader } from '../src/contracts/session';
import { version } from '../package.json';
import { AppError } from '../src/core/app-error';
import { keyFingerprint } from '../src/core/session-format/signature';
import { installErrorTransfer } from '../src/runtime/rpc-errors';
import { ExportService } from '../src/sinks/export/export-service';
import { createExporters } from '../src/sinks/export/exporters';
import { describeSessionFile } from '../src/sinks/export/session-file/describe-session-file';
import { sessionFileExporter } from '../src/sinks/export/session-file/session-file';
import { encodableCodec } from '../src/sinks/export/video-overlay';
import { importFiles } from '../src/sinks/import/import-files';
import type { ImportTools, TwinKey } from '../src/sinks/import/import-tools';
import { RecordedPainter } from '../src/sinks/overlay/recorded-painter';
import { verifySessionFile } from '../src/sinks/verify/verify-session-file';
import { beginSession } from '../src/storage/begin-session';
import { deviceKey } from '../src/storage/device-key';
import { holdForLife } from '../src/storage/exclusive-lock';
import { originUsage } from '../src/storage/quota';
import { listSessions } from '../src/storage/session-list';
import { SessionPlace } from '../src/storage/session-place';
import { openSession } from '../src/storage/session-reader';
import { openSyncFile } from '../src/storage/sync-file';
import { createTemporaryFile, type TemporaryFile } from '../src/storage/temporary-files';

/* Exports, imports and checks sessions. Started when there is something to do, and ended when it is done. */

installErrorTransfer();

/** Left free when room for a scratch file is asked for: recording and everything else go on. */
const RESERVE_BYTES = 200e6;
/** What an encoder is asked for before a session is known: what cameras have. */
const USUAL_SIZE = { widthPx: 1280, heightPx: 720 };

/** Built into one file beside the app's page, and stored on the device when it is first asked for. */
const VERIFIER_URL = import.meta.env.DEV
  ? new URL('/verify.html', self.location.origin)
  : new URL('../verify.html', self.location.href);

const place = new SessionPlace();
const importTools: ImportTools = {
  appVersion: version,
  beginSession: (session) => beginSession(place, session),
  verify: verifySessionFile,
  freeBytes,
  findTwin,
  nowUnixMs: () => Date.now(),
};
let exporters: Promise<readonly Exporter[]> | null = null;
let service: Promise<ExportService> | null = null;
let current: AbortController | null = null;

const api: ExportApi = {
  offers: async (sessionId) => (await opened()).offers(sessionId),
  contents: async (request) => {
    const session = await openSession(place, request.sessionId);
    if (!session)
      throw new AppError('EXPORT_FAILED', `Expected session ${request.sessionId}, found none`);
    return describeSessionFile(session, request, await exportersOnce());
  },
  write: (request, destination, onProgress) =>
    run(async (signal) => (await opened()).write(request, destination, onProgress, signal)),
  release: async () => (await opened()).release(),
  import: (files, tell) =>
    run((signal) => importFiles(files, { tools: importTools, tell, signal })),
  deviceFingerprint: async () => keyFingerprint((await deviceKey()).publicKey),
  verify: (file, onProgress) => run((signal) => verifySessionFile(file, onProgress, signal)),
  cancel: () => current?.abort(),
  holdLock: holdForLife,
};

function opened(): Promise<ExportService> {
  service ??= open();
  return service;
}

function exportersOnce(): Promise<readonly Exporter[]> {
  exporters ??= encodableCodec(USUAL_SIZE.widthPx, USUAL_SIZE.heightPx).then((codec) =>
    createExporters({
      codec,
      openScratch,
      openPainter: (header, camera, sightings) => new RecordedPainter(header, camera, sightings),
    }),
  );
  return exporters;
}

async function open(): Promise<ExportService> {
  const others = await exportersOnce();
  const sessionFile = sessionFileExporter({
    appVersion: version,
    exporters: others,
    deviceKey,
    verifierPage,
    nowUnixMs: () => Date.now(),
  });
  return new ExportService({
    exporters: [sessionFile, ...others],
    openSession: (id) => openSession(place, id),
    createDownload: createTemporaryFile,
    openInPlace: (handle) => openSyncFile(handle, 'an export'),
  });
}

/** What is copied from a scratch file may go to this site's files as well: so there must be room for both. */
async function openScratch(byteCount: number): Promise<TemporaryFile | null> {
  const { usedBytes, quotaBytes } = await originUsage();
  return quotaBytes - usedBytes > 2 * byteCount + RESERVE_BYTES ? createTemporaryFile() : null;
}

/** Null: without a network, and never asked for before. The file is written without it then, and says so. */
async function verifierPage(): Promise<Blob | null> {
  try {
    const response = await fetch(VERIFIER_URL);
    return response.ok ? await response.blob() : null;
  } catch {
    return null;
  }
}

/** Sessions are hundreds, and their rows are small. */
async function findTwin({ runId, createdUnixMs }: TwinKey): Promise<SessionHeader | null> {
  const { sessions } = await listSessions(place, { offset: 0, count: 100_000 });
  const twin = sessions.find(
    (session) => session.runId === runId && session.createdUnixMs === createdUnixMs,
  );
  return twin ?? null;
}

/** Where the browser tells of no quota, writing will find out. */
async function freeBytes(): Promise<number> {
  const { usedBytes, quotaBytes } = await originUsage();
  return quotaBytes === 0 ? Infinity : Math.max(0, quotaBytes - usedBytes - RESERVE_BYTES);
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
