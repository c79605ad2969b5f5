import { expose } from 'comlink';
import type {
  CancellableCall,
  EndpointAccess,
  SyncWorkerApi,
} from '../src/core/sync-format/sync-worker-api';
import { AppError } from '../src/core/app-error';
import { installErrorTransfer } from '../src/runtime/rpc-errors';
import { findSession, isLost, listSessions, removeSession } from '../src/sinks/sync/catalogue';
import { downloadSession, type DownloadedFile } from '../src/sinks/sync/download-session';
import { pullEdits, pushEdits } from '../src/sinks/sync/edits-log';
import { EndpointRequests } from '../src/sinks/sync/endpoint-requests';
import { listDevices, makePairingCode, pair, revokeDevice } from '../src/sinks/sync/pairing';
import {
  publishLive,
  publishSightings,
  searchSightings,
  unpublishSightings,
} from '../src/sinks/sync/publishing';
import { readReceiptKey } from '../src/sinks/sync/receipts';
import { endShare, listShares, shareSession } from '../src/sinks/sync/shares';
import { planUpload, sendSession, type UploadPlace } from '../src/sinks/sync/upload-session';
import { openVault, readVault } from '../src/sinks/sync/vault';
import { holdForLife } from '../src/storage/exclusive-lock';
import { SyncFiles } from '../src/storage/sync-files';
import { SyncStore } from '../src/storage/sync-store';
import { createTemporaryFile } from '../src/storage/temporary-files';

/*
 * Speaks with an endpoint: the only context of the app whose policy lets it reach another origin than its own, and the only one that makes
 * requests to endpoints. Started when the user is connected or connects.
 */

installErrorTransfer();

const files = new SyncFiles();
const store = new SyncStore();
const cancelling = new Map<CancellableCall, AbortController>();
let downloaded: DownloadedFile | null = null;

const place: UploadPlace = {
  sessionFile: (id) => files.sessionFile(id),
  openPiece: (id) => files.openPiece(id),
  pieceFile: (id) => files.pieceFile(id),
  removePiece: (id) => files.removePiece(id),
  flight: (id) => store.flight(id),
  setFlight: (uploadId, flight) =>
    flight ? store.putFlight({ uploadId, ...flight }) : store.removeFlight(uploadId),
};

const api: SyncWorkerApi = {
  pair: async (url, code, deviceName) => ({ url, ...(await pair(url, code, deviceName)) }),
  revoke: (access, deviceId) => revokeDevice(to(access), deviceId),
  devices: (access) => listDevices(to(access)),
  makeCode: (access, scopes) => makePairingCode(to(access), scopes),
  hasVault: async (access) => (await readVault(to(access))) !== null,
  openVault: (access, secret) => openVault(to(access), secret),
  plan: async (facts, vaultKey) => {
    const file = await files.sessionFile(facts.uploadId);
    if (!file)
      throw new AppError('STORAGE_UNAVAILABLE', 'Expected a packed session, found no file of it');
    return planUpload(facts, file, vaultKey);
  },
  send: (access, plan, onProgress) =>
    cancellable('send', (signal) => sendSession(to(access), plan, place, onProgress, signal)),
  isLost: (access, uploadId) => isLost(to(access), uploadId),
  remove: (access, uploadId, key) => removeSession(to(access), uploadId, key),
  receiptKey: (access) => readReceiptKey(to(access)),
  list: (access, vaultKey, query) => listSessions(to(access), vaultKey, query),
  download: (access, key, id, onProgress) =>
    cancellable('download', async (signal) => {
      await releaseDownload();
      const create = createTemporaryFile;
      downloaded = await downloadSession(to(access), key, id, create, onProgress, signal);
      return downloaded.read();
    }),
  releaseDownload,
  find: (access, vaultKey, id) => findSession(to(access), vaultKey, id),
  share: (access, vaultKey, id, expires) => shareSession(to(access), vaultKey, id, expires),
  shares: (access, id) => listShares(to(access), id),
  endShare: (access, shareId) => endShare(to(access), shareId),
  publish: (access, sightings) => publishSightings(to(access), sightings),
  unpublish: (access, sessionId) => unpublishSightings(to(access), sessionId),
  publishLive: (access, id, label, events) => publishLive(to(access), id, label, events),
  search: (access, search) => searchSightings(to(access), search),
  pullEdits: (access, key, deviceId, log) => pullEdits(to(access), key, deviceId, log),
  pushEdits: (access, key, entry) => pushEdits(to(access), key, entry),
  cancel: (call) => cancelling.get(call)?.abort(),
  holdLock: holdForLife,
};

function to({ url, token }: EndpointAccess): EndpointRequests {
  return new EndpointRequests(url, token);
}

async function releaseDownload(): Promise<void> {
  const file = downloaded;
  downloaded = null;
  await file?.remove();
}

async function cancellable<T>(
  call: CancellableCall,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (cancelling.has(call)) throw new RangeError(`Expected one ${call} at a time`);
  const controller = new AbortController();
  cancelling.set(call, controller);
  try {
    return await work(controller.signal);
  } finally {
    cancelling.delete(call);
  }
}

expose(api);
