import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import type { VehicleId } from '../contracts/match';
import type {
  ResultSetId,
  SessionHeader,
  SessionId,
  SessionState,
  VideoSegment,
} from '../contracts/session';
import {
  areNumbers,
  areStrings,
  isCount,
  isFields,
  isListOf,
  isString,
  isStringOrNull,
  type Fields,
} from './row-fields';

/*
 * What lies in the sessions' database, as of the newest migration, and how it is read back: a row may have been damaged, or written
 * by something else. Bytes lie in files, see session-files.ts; a file counts only by the row that tells of it.
 */

/** The file with the blocks of one result set. */
export interface ResultFile {
  readonly resultSet: ResultSetId;
  /** In the session's folder. Another one after every rewriting, so that old or new is there, and never half of each. */
  readonly fileName: string;
  /** Of a session that is complete: a file of another length is damaged. */
  readonly byteCount: number;
}

/** A session; its state depends on who holds its lock, too. */
export interface SessionRow extends Omit<SessionHeader, 'state'> {
  /** Not finished: being written, or left behind by a crash. */
  readonly isOpen: boolean;
  /** When it came to this device, Unix milliseconds: what is kept for how long goes by this, as imports may be old already. */
  readonly storedUnixMs: number;
  readonly resultFiles: readonly ResultFile[];
  /** False: its folder may have files that no row tells of. */
  readonly isTidy: boolean;
}

/** A video segment that was written to its end. */
export interface SegmentRow extends VideoSegment {
  readonly sessionId: SessionId;
}

/** A picture of a sighting. */
export interface SessionCropRow {
  readonly sessionId: SessionId;
  /** Name of the part within the session's folder. */
  readonly part: string;
  readonly byteCount: number;
}

/** A vehicle has, or had, sightings in a session. */
export interface SessionVehicleRow {
  readonly sessionId: SessionId;
  readonly vehicleId: VehicleId;
}

/** The stores and indexes. */
export interface SessionSchema extends DBSchema {
  sessions: {
    key: SessionId;
    value: SessionRow;
    indexes: {
      /** `createdUnixMs`: the list, newest first. */
      byCreated: number;
    };
  };
  segments: { key: [SessionId, string, number]; value: SegmentRow };
  crops: { key: [SessionId, string]; value: SessionCropRow };
  sessionVehicles: {
    key: [SessionId, VehicleId];
    value: SessionVehicleRow;
    indexes: { byVehicle: VehicleId };
  };
  /** Single values by name, see device-key.ts. */
  keys: { key: string; value: unknown };
}

/** Stores that tell of sessions: changed in one transaction over all of them. */
export const SESSION_STORES = ['sessions', 'segments', 'crops', 'sessionVehicles'] as const;

export type SessionIdb = IDBPDatabase<SessionSchema>;
/** A transaction that reads what tells of sessions. */
export type SessionRead = IDBPTransaction<SessionSchema, typeof SESSION_STORES>;
/** A transaction that may write all of it. */
export type SessionWrite = IDBPTransaction<SessionSchema, typeof SESSION_STORES, 'readwrite'>;

/** The session as lists show it. `isHeld`: someone has its lock. */
export function headerOf(row: SessionRow, isHeld: boolean): SessionHeader {
  const { isOpen, storedUnixMs: _stored, resultFiles: _files, isTidy: _tidy, ...header } = row;
  return { ...header, state: stateOf(isOpen, isHeld) };
}

function stateOf(isOpen: boolean, isHeld: boolean): SessionState {
  if (!isOpen) return 'complete';
  return isHeld ? 'recording' : 'interrupted';
}

/** Null unless the value is a whole session. */
export function readSessionRow(value: unknown): SessionRow | null {
  const isValid =
    isFields(value) &&
    areStrings(value['id'], value['origin'], value['title'], value['kind'], value['sourceKind']) &&
    areStrings(value['sourceLabel'], value['runId'], value['timeBase'], value['appVersion']) &&
    areNumbers(value['originUnixMs'], value['startUs'], value['endUs'], value['createdUnixMs']) &&
    areNumbers(value['storedUnixMs'], value['byteCount']) &&
    isCount(value['videoFrameCount']) &&
    isCount(value['droppedAnalysedCount']) &&
    isCount(value['droppedOtherCount']) &&
    isStringOrNull(value['endedBecause']) &&
    typeof value['isOpen'] === 'boolean' &&
    typeof value['isTidy'] === 'boolean' &&
    isFields(value['blur']) &&
    isListOf(value['cameras'], isCamera) &&
    isListOf(value['masks'], isFields) &&
    isListOf(value['gaps'], isGap) &&
    isListOf(value['resultSets'], isResultSet) &&
    isListOf(value['resultFiles'], isResultFile);
  return isValid ? (value as unknown as SessionRow) : null; // every field was looked at, or is only handed on
}

/** Null unless the value is a whole segment. */
export function readSegmentRow(value: unknown): SegmentRow | null {
  const isValid =
    isFields(value) &&
    areStrings(value['sessionId'], value['cameraId'], value['part'], value['mimeType']) &&
    areStrings(value['codec']) &&
    areNumbers(value['startUs'], value['endUs'], value['offsetUs']) &&
    isCount(value['index']) &&
    isCount(value['frameCount']) &&
    isCount(value['byteCount']);
  return isValid ? (value as unknown as SegmentRow) : null; // every field was looked at
}

/** Null unless the value tells of a picture. */
export function readSessionCropRow(value: unknown): SessionCropRow | null {
  const isValid =
    isFields(value) && areStrings(value['sessionId'], value['part']) && isCount(value['byteCount']);
  return isValid ? (value as unknown as SessionCropRow) : null; // every field was looked at
}

function isCamera(value: unknown): value is Fields {
  return (
    isFields(value) &&
    areStrings(value['cameraId'], value['label']) &&
    areNumbers(value['widthPx'], value['heightPx'])
  );
}

function isGap(value: unknown): value is Fields {
  return (
    isFields(value) && areNumbers(value['startUs'], value['endUs']) && isString(value['reason'])
  );
}

function isResultSet(value: unknown): value is Fields {
  return (
    isFields(value) &&
    areStrings(value['id'], value['label']) &&
    areNumbers(value['madeUnixMs'], value['frameCount'], value['boxCount']) &&
    areNumbers(value['trackCount'], value['sightingCount']) &&
    isListOf(value['models'], isFields) &&
    isFields(value['settings'])
  );
}

function isResultFile(value: unknown): value is Fields {
  return (
    isFields(value) &&
    areStrings(value['resultSet'], value['fileName']) &&
    isCount(value['byteCount'])
  );
}
