import type { ErrorCode } from '../../contracts/errors';
import type { LedgerEntry, OutboxItem, RemoteSession, SyncConnection } from '../../contracts/sync';
import { wallTime } from '../../core/time-text';
import { errorText, type ErrorText } from '../shared/error-text';
import { bytesText, percentText } from '../shared/number-text';
import type { EndpointTab } from '../state/sync-view.svelte';

/** The page's tabs as people read them. */
export const TAB_TEXTS: Readonly<Record<EndpointTab, string>> = {
  uploads: 'Uploads',
  remote: 'Sessions there',
  devices: 'Devices',
  ledger: 'What left',
  settings: 'Connection',
};

/** What a device may do. */
export const SCOPE_TEXTS: Readonly<Record<SyncConnection['scopes'][number], string>> = {
  upload: 'send sessions',
  read: 'read sessions and results',
  publish: 'publish plain results',
  admin: 'admit and revoke devices',
};

const WAIT_TEXTS: Readonly<Record<NonNullable<OutboxItem['waitsFor']>, string>> = {
  turn: 'Waits for its turn',
  network: 'Waits for a network',
  'unmetered-network': 'Waits for a network that is not metered',
  retry: 'Waits before it tries again',
};

/** How an upload stands. */
export function uploadText(item: OutboxItem, nowUnixMs: number): string {
  const { state, sentBytes, totalBytes, packedFraction } = item;
  const share = totalBytes === 0 ? 0 : sentBytes / totalBytes;
  switch (state) {
    case 'packing':
      return packedFraction === null
        ? 'Being made ready on this device'
        : `Being packed on this device, ${percentText(packedFraction)}`;
    case 'sending':
      return `${bytesText(sentBytes)} of ${bytesText(totalBytes)}, ${percentText(share)}`;
    case 'paused':
      return `Paused at ${percentText(share)}`;
    case 'failed':
      return `Stopped at ${percentText(share)}`;
    case 'done':
      return `Sent, ${bytesText(totalBytes)}`;
    case 'waiting':
      return waitText(item, nowUnixMs);
  }
}

function waitText({ waitsFor, nextTryUnixMs }: OutboxItem, nowUnixMs: number): string {
  const text = WAIT_TEXTS[waitsFor ?? 'turn'];
  return nextTryUnixMs === null ? text : `${text}, at ${wallTime(nextTryUnixMs, nowUnixMs)}`;
}

/** What the button does that lets an upload go on. */
export function resumeLabel({ state, error }: OutboxItem): string {
  if (state !== 'failed') return 'Go on';
  return error?.code === 'SYNC_LOST' ? 'Send again' : 'Try again';
}

/** The sentence for a failure of an upload: the usual one, but where that is about analysing. */
export function uploadErrorText(code: ErrorCode): ErrorText {
  if (code === 'STORAGE_FULL')
    return {
      headline: 'No room to pack this session',
      happened:
        'A session is packed on this device before it is sent, which takes as much room as it has. Nothing half-packed is left behind.',
      action: 'Free space on the device, or send it without video, then try again.',
    };
  if (code === 'WORKER_GONE')
    return {
      headline: 'Sending was interrupted',
      happened: 'Its background process ended, most often because memory ran out.',
      action: 'It goes on by itself from where it was.',
    };
  return errorText(code);
}

/** The sentence for a link that opened nothing. `isRead`: it is a link at all. */
export function linkErrorText(code: ErrorCode, isRead: boolean): ErrorText {
  if (!isRead)
    return {
      headline: 'This is not a whole link',
      happened: 'A part of it is missing or was changed on its way here. Nothing was asked for.',
      action: 'Copy it again, to its very end, or ask whoever sent it to send it once more.',
    };
  if (code === 'SYNC_SIGNED_OUT' || code === 'SYNC_REFUSED')
    return {
      headline: 'This link opens nothing any more',
      happened:
        'It was ended by whoever made it, has run out, or the session was deleted there. Nothing was fetched.',
      action: 'Ask whoever gave it to you for a new one.',
    };
  if (code === 'SYNC_WRONG_KEY')
    return {
      headline: 'This link has not the right key',
      happened: 'Its end was changed on its way here, so that the session cannot be decrypted.',
      action: 'Copy it again, to its very end, or ask whoever sent it to send it once more.',
    };
  return errorText(code);
}

/** What an entry of the ledger tells of. */
export const LEDGER_TEXTS: Readonly<Record<LedgerEntry['what'], string>> = {
  paired: 'Paired',
  'session-encrypted': 'Session sent, encrypted',
  'sightings-published': 'Sightings published',
  'live-published': 'Live results published',
  'edits-encrypted': 'Corrections sent, encrypted',
  'share-made': 'Link to a session made',
  'share-ended': 'Link to a session ended',
  'descriptor-searched': 'Descriptor of a vehicle sent to search by it',
  'session-deleted': 'Session deleted there',
  'sightings-deleted': 'Published sightings deleted there',
  disconnected: 'Disconnected',
};

/** Days of the calendar a session spans, such as `2026-11-23`. */
export function daysText(firstDay: string, lastDay: string): string {
  return firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`;
}

/** What a session at the endpoint is called: its title, else its cameras and when, else the days it is of. */
export function remoteName(
  { details, firstDay, lastDay }: RemoteSession,
  nowUnixMs: number,
): string {
  if (details === null) return `Session of ${daysText(firstDay, lastDay)}`;
  const { title, cameras, startUnixMs } = details;
  return title || `${cameras.join(', ')}, ${wallTime(startUnixMs, nowUnixMs)}`;
}
