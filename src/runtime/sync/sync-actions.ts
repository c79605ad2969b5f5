import type { ErrorCode } from '../../contracts/errors';
import type { SessionId } from '../../contracts/session';
import type {
  LedgerEntry,
  MadeShare,
  OpenShare,
  PublishedMatch,
  RemoteSearch,
  RemoteSession,
  SyncClient,
  SyncConnection,
  SyncDevice,
  UploadChoice,
  UploadPreview,
} from '../../contracts/sync';
import { sessionKeyOf } from '../../core/sync-format/edits';
import { planPieces } from '../../core/sync-format/piece-plan';
import { readShareLink, writeShareLink } from '../../core/sync-format/share-link';
import type { EndpointAccess } from '../../core/sync-format/sync-worker-api';
import { AppError, toErrorData } from '../../core/app-error';
import { ledgerCsv } from './ledger-text';
import { describePacked, headerOf } from './pack-session';
import { publishedDescriptor } from './published-sightings';
import { removeAtEndpoint } from './receipt-key';
import { isPassing } from './retry';
import { NOT_PACKED } from './shown-state';
import { SyncEngine, type SyncEngineParts } from './sync-engine';

const DAY_MS = 86_400_000;
/** Sessions are hundreds, and their rows are small. */
const ALL = { offset: 0, count: 100_000 };
/** What of a download's progress is getting it; the rest is importing. */
const DOWNLOAD_SHARE = 0.8;
/** More than a screen shows. */
const MATCH_COUNT = 30;
/** A search by text looks through so many pages of the catalogue for one that has something. */
const MAX_PAGES = 20;

/** The endpoint says that it has removed something, and its receipt does not hold. */
const UNPROVEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['SYNC_TAMPERED', 'SYNC_KEY_CHANGED']);

/** Everything a {@link SyncClient} does beyond state, which is the engine's. */
export type SyncActions = Omit<SyncClient, 'state' | 'onChanged'>;

/** What the user does with an endpoint. */
export class EndpointActions implements SyncActions {
  readonly engine: SyncEngine;

  constructor(parts: SyncEngineParts) {
    this.engine = new SyncEngine(parts);
  }

  connect(url: string, code: string, deviceName: string): Promise<SyncConnection> {
    return this.engine.connect(url, code, deviceName);
  }

  openVault(secret: string | null): Promise<void> {
    return this.engine.openVault(secret);
  }

  async hasVault(): Promise<boolean> {
    const { access, calls } = this.engine;
    return calls.call((remote) => remote.hasVault(access));
  }

  vaultKey(): Promise<string | null> {
    return Promise.resolve(this.engine.connectionOrNull?.identity ?? null);
  }

  disconnect(): Promise<void> {
    return this.engine.disconnect();
  }

  async preview(choice: UploadChoice): Promise<UploadPreview> {
    const contents = await describePacked(this.engine.packParts, choice);
    const header = await headerOf(this.engine.packParts, choice.sessionId);
    const dayOf = (timeUs: number): string =>
      new Date(header.originUnixMs + timeUs / 1000).toISOString().slice(0, 10);
    const [firstDay, lastDay] = [dayOf(header.startUs), dayOf(header.endUs)];
    const pieces = planPieces(Math.max(1, contents.byteCount));
    const publishedCount = choice.isPublished ? (header.resultSets[0]?.sightingCount ?? 0) : 0;
    const { url, deviceName } = this.engine.connection;
    const readable = [
      `That the device "${deviceName}" sent something to ${url}, and when.`,
      firstDay === lastDay
        ? `The day it is of: ${firstDay} (UTC).`
        : `The days it is of: ${firstDay} to ${lastDay} (UTC).`,
      `Its size: about ${contents.byteCount} bytes in ${pieces.length} encrypted ${pieces.length === 1 ? 'piece' : 'pieces'}.`,
    ];
    if (publishedCount > 0) {
      const descriptor = choice.without.includes('descriptors') ? 'no descriptor' : 'descriptor';
      readable.push(
        `${publishedCount} sightings: time, camera name, class, vehicle number, ${descriptor}; no pictures.`,
      );
    }
    return { contents, readable, publishedCount };
  }

  async upload(choice: UploadChoice): Promise<void> {
    const { title, sourceLabel } = await headerOf(this.engine.packParts, choice.sessionId);
    await this.engine.queue(choice, title === '' ? sourceLabel : title);
  }

  async pauseUpload(id: string): Promise<void> {
    await this.engine.changeItem(id, ({ state }) =>
      state === 'done' || state === 'failed'
        ? null
        : { state: 'paused', waitsFor: null, nextTryUnixMs: null },
    );
  }

  async resumeUpload(id: string): Promise<void> {
    const before = await this.engine.store.outboxItem(id);
    await this.engine.changeItem(id, ({ state, error }) =>
      state === 'paused' || state === 'failed'
        ? {
            ...{ state: 'waiting', waitsFor: 'turn', nextTryUnixMs: null },
            ...{ failureCount: 0, error: null },
            // Under its old name it cannot be sent any more.
            ...(error?.code === 'SYNC_LOST' ? NOT_PACKED : {}),
          }
        : { nextTryUnixMs: null },
    );
    if (before?.error?.code === 'SYNC_LOST' && before.uploadId !== null)
      await this.engine.place.remove(before.uploadId);
  }

  async sendAnyway(id: string): Promise<void> {
    await this.engine.changeItem(id, () => ({ isMeteredAllowed: true }));
  }

  async cancelUpload(id: string): Promise<void> {
    const { engine } = this;
    const row = await engine.dropItem(id);
    if (!row || row.state === 'done') return;
    if (row.sentBytes > 0 && !row.isSent) await engine.writeDownUnfinished(row, 'then cancelled');
    const begun = [...row.staleUploadIds, ...(row.plan ? [row.plan.uploadId] : [])];
    for (const uploadId of begun) {
      try {
        await removeAtEndpoint(engine, engine.access, uploadId);
      } catch (error) {
        // An endpoint throws away by itself what is never finished.
        if (!isPassing(toErrorData(error).code)) throw error;
      }
    }
  }

  async dismissUpload(id: string): Promise<void> {
    const row = await this.engine.store.outboxItem(id);
    if (row?.state === 'failed') await this.cancelUpload(id);
    else if (row?.state === 'done') await this.engine.dropItem(id);
  }

  async setMeteredAllowed(isMeteredAllowed: boolean): Promise<void> {
    await this.engine.store.changeSettings({ isMeteredAllowed });
    await this.engine.changed();
  }

  async setLivePublished(isLivePublished: boolean): Promise<void> {
    await this.engine.store.changeSettings({ isLivePublished });
    await this.engine.changed();
  }

  async remote(
    search: RemoteSearch,
    cursor: string | null,
  ): Promise<{ readonly sessions: readonly RemoteSession[]; readonly cursor: string | null }> {
    const { calls, access, connection } = this.engine;
    const { fromDay, toDay } = search;
    const here = await this.#sessionsHere();
    let next = cursor;
    for (let pageCount = 1; ; pageCount += 1) {
      const query = { fromDay, toDay, cursor: next };
      const page = await calls.call((remote) => remote.list(access, connection.identity, query));
      const sessions = page.sessions
        .map(({ sessionKey, ...session }) => ({
          ...session,
          hereId: sessionKey === null ? null : (here.get(sessionKey) ?? null),
        }))
        .filter((session) => isFound(session, search.text));
      next = page.cursor;
      if (sessions.length > 0 || next === null || pageCount >= MAX_PAGES)
        return { sessions, cursor: next };
    }
  }

  async download(
    id: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<SessionId> {
    const sessionId = await this.#get(
      this.engine.access,
      this.engine.vaultKey,
      id,
      onProgress,
      signal,
    );
    // What was edited of it elsewhere is applied now that it is here.
    this.engine.mergeSoon(0);
    return sessionId;
  }

  async deleteRemote(id: string): Promise<void> {
    const { engine } = this;
    const { calls, access, connection } = engine;
    const session = await calls.call((remote) => remote.find(access, connection.identity, id));
    const sessionId = session?.details?.sessionId ?? null;
    const byteCount = session?.byteCount ?? 0;
    const writeDown = (details: string): Promise<void> =>
      engine.writeDown({
        ...{ what: 'session-deleted', sessionId, byteCount, isReadable: false, details },
      });
    try {
      const receipt = await removeAtEndpoint(engine, access, id);
      await writeDown(receipt ?? `${id} was not there any more`);
    } catch (error) {
      // It may be gone there all the same: that it was asked for must not be lost.
      const { code, message } = toErrorData(error);
      if (UNPROVEN.has(code)) await writeDown(`not proven. ${message}`);
      throw error;
    }
    if (sessionId === null || !session?.isOwn || !connection.scopes.includes('publish')) return;
    await calls.call((remote) => remote.unpublish(access, sessionId));
    const details = 'all that this device published of it';
    await engine.writeDown({
      ...{ what: 'sightings-deleted', sessionId, byteCount: 0, isReadable: true, details },
    });
  }

  async share(id: string, days: number): Promise<MadeShare> {
    const { engine } = this;
    const { access, vaultKey, calls } = engine;
    const expires = Date.now() + days * DAY_MS;
    const shared = await calls.call((remote) => remote.share(access, vaultKey, id, expires));
    const until = new Date(shared.expiresUnixMs).toISOString();
    const details = `${id}, until ${until}: whoever has the link can read it`;
    await engine.writeDown({
      ...{ what: 'share-made', sessionId: null, byteCount: 0, isReadable: false, details },
    });
    const link = writeShareLink(document.baseURI, { url: access.url, id, ...shared });
    return { id: shared.shareId, link, expiresUnixMs: shared.expiresUnixMs };
  }

  shares(id: string): Promise<readonly OpenShare[]> {
    const { access, calls } = this.engine;
    return calls.call((remote) => remote.shares(access, id));
  }

  async endShare({ id, remoteId, deviceName, isOwn, expiresUnixMs }: OpenShare): Promise<void> {
    const { access, calls } = this.engine;
    await calls.call((remote) => remote.endShare(access, id));
    const maker = isOwn ? 'this device' : `"${deviceName}"`;
    const details = `${remoteId}: the link that ${maker} made, until ${new Date(expiresUnixMs).toISOString()}`;
    await this.engine.writeDown({
      ...{ what: 'share-ended', sessionId: null, byteCount: 0, isReadable: false, details },
    });
  }

  async openShare(
    link: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<SessionId> {
    const { url, id, secret, sessionKey } = readShareLink(link);
    try {
      return await this.#get({ url, token: secret }, sessionKey, id, onProgress, signal);
    } finally {
      // Nobody is connected: the worker was there for this alone.
      if (!this.engine.connectionOrNull) this.engine.calls.end();
    }
  }

  async searchPublished(
    sessionId: SessionId,
    sightingId: string,
  ): Promise<readonly PublishedMatch[]> {
    const { access, calls, parts } = this.engine;
    const session = await parts.sessions.open(sessionId);
    for (const { id } of session?.header.resultSets ?? []) {
      const sightings = (await session?.sightings(id)) ?? [];
      const sighting = sightings.find((one) => one.id === sightingId);
      const descriptor = sighting && publishedDescriptor(sighting);
      if (!descriptor) continue;
      const search = { descriptor, fromUnixMs: null, toUnixMs: null, camera: null };
      await this.engine.writeDown({
        what: 'descriptor-searched',
        sessionId,
        byteCount: descriptor.values.length * Float32Array.BYTES_PER_ELEMENT,
        isReadable: true,
        details: `of vehicle ${sighting.vehicleNumber}`,
      });
      return calls.call((remote) => remote.search(access, { ...search, count: MATCH_COUNT }));
    }
    throw new AppError('SYNC_REFUSED', 'Expected a sighting with a descriptor, found none');
  }

  devices(): Promise<readonly SyncDevice[]> {
    const { access, calls } = this.engine;
    return calls.call((remote) => remote.devices(access));
  }

  makeCode(
    scopes: SyncConnection['scopes'],
  ): Promise<{ readonly code: string; readonly expiresUnixMs: number }> {
    const { access, calls } = this.engine;
    return calls.call((remote) => remote.makeCode(access, scopes));
  }

  revoke(deviceId: string): Promise<void> {
    const { access, calls } = this.engine;
    return calls.call((remote) => remote.revoke(access, deviceId));
  }

  ledger(): Promise<readonly LedgerEntry[]> {
    return this.engine.store.ledger();
  }

  async exportLedger(): Promise<Blob> {
    return new Blob([ledgerCsv(await this.ledger())], { type: 'text/csv;charset=utf-8' });
  }

  async #get(
    access: EndpointAccess,
    key: string,
    id: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<SessionId> {
    const { calls, parts } = this.engine;
    const tell = (fraction: number): void => onProgress(fraction * DOWNLOAD_SHARE);
    const file = await calls.download(access, key, id, tell, signal);
    try {
      const tellImport = (fraction: number): void =>
        onProgress(DOWNLOAD_SHARE + fraction * (1 - DOWNLOAD_SHARE));
      return (await parts.files.import([file], tellImport, signal)).sessionId;
    } finally {
      await calls.call((remote) => remote.releaseDownload());
    }
  }

  /** Ids of the sessions on this device, by what they are on every device. */
  async #sessionsHere(): Promise<ReadonlyMap<string, SessionId>> {
    const { sessions } = await this.engine.parts.sessions.list(ALL);
    return new Map(sessions.map((header) => [sessionKeyOf(header), header.id]));
  }
}

/** By title or camera; what cannot be read is found by an empty text only. */
function isFound({ details }: RemoteSession, text: string): boolean {
  const wanted = text.trim().toLocaleLowerCase();
  if (wanted === '') return true;
  return [details?.title ?? '', ...(details?.cameras ?? [])].some((name) =>
    name.toLocaleLowerCase().includes(wanted),
  );
}
