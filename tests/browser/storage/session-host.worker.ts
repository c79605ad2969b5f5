import { expose } from 'comlink';
import type {
  NewResultSet,
  NewSession,
  SessionEvent,
  SessionHeader,
  SessionRemoval,
  SessionRetention,
  SessionWriter,
  VideoSegment,
} from '../../../src/contracts/session';
import { beginSession, extendSession } from '../../../src/storage/begin-session';
import { SessionKeeper } from '../../../src/storage/session-keeper';
import { SessionPlace } from '../../../src/storage/session-place';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';

/*
 * Another context that writes sessions, as the recording worker does. It keeps what it has until it is terminated.
 */
installErrorTransfer();

let place: SessionPlace | null = null;
let current: SessionWriter | null = null;

function writer(): SessionWriter {
  if (!current) throw new RangeError('Expected a session that was begun');
  return current;
}

function opened(): SessionPlace {
  if (!place) throw new RangeError('Expected a place that was opened');
  return place;
}

function keeper(): SessionKeeper {
  return new SessionKeeper(opened());
}

const api = {
  open: (databaseName: string): void => {
    place = new SessionPlace(databaseName);
  },
  begin: async (session: NewSession): Promise<string> => {
    current = await beginSession(opened(), session);
    return current.id;
  },
  extend: async (id: string): Promise<void> => {
    current = await extendSession(opened(), id);
  },
  beginResultSet: (set: NewResultSet): Promise<void> => writer().beginResultSet(set),
  append: (set: string, events: readonly SessionEvent[]): Promise<void> =>
    writer().append(set, events),
  appendResults: (set: string, results: Blob): Promise<void> =>
    writer().appendResults(set, results),
  /** Writes a part and tells how long it is; `isClosed` false: leaves it open, as a crash would. */
  writePart: async (name: string, bytes: Uint8Array, isClosed = true): Promise<number> => {
    const part = await writer().openPart(name);
    part.write(bytes, 0);
    return isClosed ? part.close() : bytes.length;
  },
  addSegment: (segment: VideoSegment): Promise<void> => writer().addSegment(segment),
  addCrop: (id: string, picture: Blob): Promise<string> => writer().addCrop(id, picture),
  byteCount: (): number => writer().byteCount,
  finish: (endedBecause: string | null): Promise<SessionHeader> => writer().finish(endedBecause),
  discard: (): Promise<void> => writer().discard(),
  rename: (id: string, title: string): Promise<void> => keeper().rename(id, title),
  recover: (id: string): Promise<SessionHeader> => keeper().recover(id),
  remove: (ids: readonly string[]): Promise<SessionRemoval> => keeper().remove(ids),
  forgetVehicle: (id: string): ReturnType<SessionKeeper['forgetVehicle']> =>
    keeper().forgetVehicle(id),
  tidy: (retention: SessionRetention): Promise<SessionRemoval> => keeper().tidy(retention),
};

/** What the host does. */
export type SessionHostApi = typeof api;

expose(api);
