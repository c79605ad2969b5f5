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
import type { SessionPlace } from '../../../src/storage/session-place';
import { installErrorTransfer } from '../../../src/runtime/rpc-errors';
import { frameEvent } from '../../unit/session-format/session-fixtures';
import { videoSegment } from './session-parts';
import { placeIn } from './small-disk';

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
  /** `bucket`: a storage bucket to keep everything in; null: where the app has it. */
  open: async (databaseName: string, bucket: string | null = null): Promise<void> => {
    place = await placeIn(databaseName, bucket);
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
  /** Writes frames, one a block, and a segment every tenth, until the end; tells after each what is durable. */
  writeForEver: async (
    onDurable: (frameCount: number, segmentCount: number) => void,
  ): Promise<void> => {
    for (let frame = 0; ; frame += 1) {
      await writer().append('live', [frameEvent(frame * 100_000, 20)]);
      if (frame % 10 === 9) {
        const index = (frame - 9) / 10;
        const part = await writer().openPart(`video-0-${index}.mp4`);
        part.write(new Uint8Array(50_000).fill(index), 0);
        await writer().addSegment(videoSegment(index, await part.close()));
      }
      onDurable(frame + 1, Math.floor((frame + 1) / 10));
    }
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
  removeResultSet: (id: string, resultSet: string): Promise<SessionRemoval> =>
    keeper().removeResultSet(id, resultSet),
  tidy: (retention: SessionRetention): Promise<SessionRemoval> => keeper().tidy(retention),
};

/** What the host does. */
export type SessionHostApi = typeof api;

expose(api);
