import type { Box, VehicleClass } from './detection';
import type { EmbeddingSpaceId } from './embedding';
import type { CameraId } from './frame';
import type { MatchDecision, MatchThresholds, SightingId, VehicleId } from './match';
import type { BackendChoice, ModelTask } from './model';
import type { SourceKind } from './source';
import type { TrackId, TrackState } from './track';

/*
 * A session: what was recorded of one run, or what came from a session file. Times without another word are
 * microseconds on the source's clock, as `FrameMeta.captureTimeUs`.
 */

/** Opaque, unique for ever; safe as a file name (`[0-9a-z-]{8,64}`). */
export type SessionId = string;
/** Names one analysis of a session's pictures; `live` is the one made while it was recorded. */
export type ResultSetId = string;

/** What a session holds beside its results. Each includes the one before. */
export const RECORDED_KINDS = ['results', 'crops', 'video'] as const;
export type RecordedKind = (typeof RECORDED_KINDS)[number];

/** A point of a picture as fractions of its width and height, [0, 1]; (0, 0) is its upper left corner. */
export interface PicturePoint {
  readonly x: number;
  readonly y: number;
}

/** What of a camera's picture nobody may see: blacked out before anything is done with a frame. */
export interface PrivacyMask {
  readonly cameraId: CameraId;
  /** Each closed by itself, three points or more. */
  readonly polygons: readonly (readonly PicturePoint[])[];
}

/** Regions made unrecognisable in stored video and crops, found by the detector: what it misses stays visible. */
export interface BlurChoice {
  /** The part of a vehicle's box where a plate is expected. */
  readonly isPlateBlurred: boolean;
  /** Boxes of persons, riders included. */
  readonly isPersonBlurred: boolean;
}

/** What the user chose before pressing Record. Remembered on the device. */
export interface RecordingOptions {
  readonly kind: RecordedKind;
  readonly blur: BlurChoice;
  /** Seconds before the press that are kept too; 0: none. Held in memory, only while above 0. [0, 30]. */
  readonly preRollS: number;
  /** Seconds recorded on after the stop was pressed; [0, 30]. */
  readonly postRollS: number;
}

/** Where a camera stands, WGS 84, when the user said so. */
export interface GeoPosition {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

export interface SessionCamera {
  readonly cameraId: CameraId;
  /** For people. */
  readonly label: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly position: GeoPosition | null;
}

/** A model that made results, and what it ran on. */
export interface SessionModel {
  readonly task: ModelTask;
  readonly id: string;
  readonly sha256: string;
  readonly backend: BackendChoice;
}

/** A stretch without analysis; see {@link Gap} of the run. */
export interface SessionGap {
  readonly startUs: number;
  readonly endUs: number;
  readonly reason: string;
}

/** What decided about results, so that they can be made again. */
export interface ResultSettings {
  readonly scoreThreshold: number;
  readonly classes: readonly VehicleClass[];
  /** Null: recognition was off. */
  readonly thresholds: MatchThresholds | null;
}

/** One analysis of the session. */
export interface ResultSet {
  readonly id: ResultSetId;
  /** For people, such as "live" or "again with YOLOX-nano". */
  readonly label: string;
  readonly madeUnixMs: number;
  readonly models: readonly SessionModel[];
  readonly settings: ResultSettings;
  /** Frames analysed, boxes of confirmed tracks in them, confirmed tracks, sightings. */
  readonly frameCount: number;
  readonly boxCount: number;
  readonly trackCount: number;
  readonly sightingCount: number;
}

/** A stretch of encoded video of one camera, playable by itself. Stored once it is complete, never changed. */
export interface VideoSegment {
  readonly cameraId: CameraId;
  /** Counts a camera's segments from 0, without a hole. */
  readonly index: number;
  /** Name of the part within the session's folder. */
  readonly part: string;
  /** Capture times of its first and last picture. */
  readonly startUs: number;
  readonly endUs: number;
  readonly frameCount: number;
  readonly byteCount: number;
  /** `video/mp4` or `video/webm`. */
  readonly mimeType: string;
  /** As WebCodecs names it, such as `avc1.42001f`. */
  readonly codec: string;
  /**
   * What was subtracted from capture times to make the container's, microseconds. Containers round: a picture's
   * time is the capture time nearest to the container's, at most half a millisecond away.
   */
  readonly offsetUs: number;
}

/**
 * - `recording`: another tab or this one writes it now.
 * - `interrupted`: the app went away in mid-recording; all that was committed is there, and it is offered to be closed properly.
 * - `complete`: closed; its results never change.
 */
export type SessionState = 'recording' | 'interrupted' | 'complete';

/** A session as lists show it; one row of the sessions' database. */
export interface SessionHeader {
  readonly id: SessionId;
  readonly state: SessionState;
  readonly origin: 'recorded' | 'imported';
  /** Given by the user; empty: none, show camera and time. */
  readonly title: string;
  readonly kind: RecordedKind;
  readonly sourceKind: SourceKind;
  readonly sourceLabel: string;
  /** The run it recorded; of sightings in the gallery, too. */
  readonly runId: string;
  readonly cameras: readonly SessionCamera[];
  /** Unix milliseconds that belong to time 0 of the source's clock; see `SourceInfo.originUnixMs`. */
  readonly originUnixMs: number;
  readonly timeBase: 'wall' | 'media';
  /** Time of the first and the last thing recorded; equal while there is none. */
  readonly startUs: number;
  readonly endUs: number;
  readonly createdUnixMs: number;
  /** Version of the app that recorded it. */
  readonly appVersion: string;
  readonly masks: readonly PrivacyMask[];
  readonly blur: BlurChoice;
  readonly gaps: readonly SessionGap[];
  readonly resultSets: readonly ResultSet[];
  /** Pictures encoded; and pictures the encoder had no time for, of those that were analysed and of the others. */
  readonly videoFrameCount: number;
  readonly droppedAnalysedCount: number;
  readonly droppedOtherCount: number;
  /** Of all parts. */
  readonly byteCount: number;
  /**
   * Why recording ended by itself, as an error code; `INTERRUPTED`: the app went away, and it was closed later. Null: the user ended
   * it, or it goes on.
   */
  readonly endedBecause: string | null;
}

/** One box of one frame. */
export interface SessionBox {
  readonly trackId: TrackId;
  readonly state: TrackState;
  readonly vehicleClass: VehicleClass;
  /** Stored as 32-bit floats. */
  readonly box: Box;
  /** Null: predicted, nothing was detected. Stored in steps of 1/250. */
  readonly score: number | null;
}

/** The results of one analysed frame. */
export interface SessionFrame {
  readonly cameraId: CameraId;
  /** Stored as whole microseconds. */
  readonly captureTimeUs: number;
  readonly boxes: readonly SessionBox[];
}

/** A track of a session, from its first box to the last that was detected. Tentative ones that never became vehicles are not told. */
export interface SessionTrack {
  readonly trackId: TrackId;
  readonly cameraId: CameraId;
  readonly vehicleClass: VehicleClass;
  readonly firstSeenUs: number;
  readonly lastSeenUs: number;
  readonly hitCount: number;
}

/** A vehicle at a camera in a session, with what decided who it is. */
export interface SessionSighting {
  readonly id: SightingId;
  readonly vehicleId: VehicleId;
  readonly vehicleNumber: number;
  readonly vehicleClass: VehicleClass;
  readonly cameraId: CameraId;
  /** Tracks it was seen as: more than one where an occlusion was bridged. */
  readonly trackIds: readonly TrackId[];
  readonly startUs: number;
  readonly endUs: number;
  readonly hitCount: number;
  readonly decision: MatchDecision;
  /** Name of the part with its picture; null: none. */
  readonly cropPart: string | null;
  /** Its descriptor and the space of that; null: unidentifiable, or left out by who exported it. */
  readonly descriptor: {
    readonly space: EmbeddingSpaceId;
    readonly values: Float32Array;
  } | null;
}

/** What is appended to a result set while it is made, in order. */
export type SessionEvent =
  | { readonly type: 'frame'; readonly frame: SessionFrame }
  | { readonly type: 'track'; readonly track: SessionTrack }
  /** Replaces an earlier one of the same id. */
  | { readonly type: 'sighting'; readonly sighting: SessionSighting }
  | { readonly type: 'gap'; readonly gap: SessionGap };

/** From `startUs` to `endUs`, both included. */
export interface TimeRange {
  readonly startUs: number;
  readonly endUs: number;
}

/** A session opened for reading; same on the page and in workers. Throws AppError SESSION_DAMAGED for what cannot be read. */
export interface SessionReader {
  readonly header: SessionHeader;
  /** All cameras' segments by camera, then index. */
  readonly segments: readonly VideoSegment[];
  /** In order of time; memory stays flat. `range` null: all. */
  frames(resultSet: ResultSetId, range: TimeRange | null): AsyncIterable<SessionFrame>;
  /** In order of their first time. */
  tracks(resultSet: ResultSetId): Promise<readonly SessionTrack[]>;
  /** `cropPart` names only pictures that are there: pictures may be kept for less long than results. */
  sightings(resultSet: ResultSetId): Promise<readonly SessionSighting[]>;
  /** Names of all parts but video segments: results, crops. */
  partNames(): Promise<readonly string[]>;
  /** Bytes of a part: results, crops, video segments. Throws RangeError for a name the session has not. */
  part(name: string): Promise<Blob>;
}

/** What a removal took away, for telling the user. */
export interface SessionRemoval {
  readonly sessionCount: number;
  readonly videoSegmentCount: number;
  readonly cropCount: number;
  readonly sightingCount: number;
  readonly byteCount: number;
}

/** What may be kept; null: no limit. The oldest go first; a session being recorded never. */
export interface SessionRetention {
  readonly maxAgeDays: number | null;
  readonly maxBytes: number | null;
  /** Applies to video and crops only: after so many days they are removed and the results stay. */
  readonly maxPictureAgeDays: number | null;
}

/** Bytes of this origin, and how much of them are sessions. */
export interface SessionUsage {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  readonly isPersistent: boolean;
  readonly sessionCount: number;
  readonly sessionBytes: number;
}

/** Stored sessions as the screen sees them. */
export interface SessionsClient {
  /** Newest first. */
  list(range: {
    readonly offset: number;
    readonly count: number;
  }): Promise<{ readonly sessions: readonly SessionHeader[]; readonly totalCount: number }>;
  /** Throws AppError SESSION_DAMAGED, SESSION_IN_USE while it is recorded; null: there is none. */
  open(id: SessionId): Promise<SessionReader | null>;
  rename(id: SessionId, title: string): Promise<void>;
  setCameraPosition(id: SessionId, cameraId: CameraId, position: GeoPosition | null): Promise<void>;
  /** Closes an interrupted session with all that was committed. Throws AppError SESSION_IN_USE. */
  recover(id: SessionId): Promise<SessionHeader>;
  /** Ids there is nothing of count as removed. Throws AppError SESSION_IN_USE, and removes nothing, when one is being recorded. */
  remove(ids: readonly SessionId[]): Promise<SessionRemoval>;
  /**
   * Removes a vehicle's crops, descriptors and sightings from all sessions, and its name from the evidence of others. Video stays: it
   * shows more than one vehicle. Throws AppError SESSION_IN_USE, and removes nothing, when one of them is being recorded.
   */
  forgetVehicle(
    id: VehicleId,
  ): Promise<SessionRemoval & { readonly sessionsWithVideo: readonly SessionId[] }>;
  /**
   * Removes a further analysis with the pictures that only it has. Throws AppError SESSION_IN_USE; RangeError for the first one, or one there is
   * not.
   */
  removeResultSet(id: SessionId, resultSet: ResultSetId): Promise<SessionRemoval>;
  /** At once, and from then on after every recording and at the app's start: it is kept in the settings. */
  setRetention(retention: SessionRetention): Promise<SessionRemoval>;
  usage(): Promise<SessionUsage>;
  onChanged(listener: () => void): () => void;
}

/** What is known when a session is begun; the rest comes with what is written. */
export type NewSession = Omit<
  SessionHeader,
  | 'id'
  | 'state'
  | 'startUs'
  | 'endUs'
  | 'gaps'
  | 'resultSets'
  | 'videoFrameCount'
  | 'droppedAnalysedCount'
  | 'droppedOtherCount'
  | 'byteCount'
  | 'endedBecause'
>;

/** What a result set is begun with. */
export type NewResultSet = Pick<ResultSet, 'id' | 'label' | 'madeUnixMs' | 'models' | 'settings'>;

/**
 * Writes one session, in a worker: recording, import, and a further analysis of a complete one. Holds the session's lock
 * until `finish` or `discard`. Every promise resolves when what was given is durable. Throws AppError STORAGE_*.
 */
export interface SessionWriter {
  readonly id: SessionId;
  /** Of all that is durable so far, parts not told of yet left out. For progress and forecast. */
  readonly byteCount: number;
  beginResultSet(set: NewResultSet): Promise<void>;
  /** One block. Times rise within a camera. */
  append(resultSet: ResultSetId, events: readonly SessionEvent[]): Promise<void>;
  /**
   * Import: all blocks of a results part as they are, checked one by one, into a set that is empty yet. Throws AppError
   * SESSION_DAMAGED.
   */
  appendResults(resultSet: ResultSetId, results: Blob): Promise<void>;
  /** A file of its own, to be written piece by piece at any position; it counts once `addSegment` told of it. */
  openPart(name: string): Promise<PartFile>;
  addSegment(segment: VideoSegment): Promise<void>;
  /** Returns the part's name. */
  addCrop(cropId: string, picture: Blob): Promise<string>;
  /** Counted by the recorder: pictures encoded and left out. */
  setVideoCounts(
    counts: Pick<SessionHeader, 'videoFrameCount' | 'droppedAnalysedCount' | 'droppedOtherCount'>,
  ): void;
  /** `endedBecause`: of a session that is recorded now; one that was complete before keeps its own. */
  finish(endedBecause: string | null): Promise<SessionHeader>;
  /** Removes all that was written. */
  discard(): Promise<void>;
}

/** A part under way. */
export interface PartFile {
  write(bytes: Uint8Array, position: number): void;
  /** Makes what was written durable, and ends it. Returns its length in bytes. */
  close(): Promise<number>;
}

/** What changes stored sessions, in a worker of its own: results are rewritten in place only there. As {@link SessionsClient}. */
export interface SessionKeeperApi {
  rename(id: SessionId, title: string): Promise<void>;
  setCameraPosition(id: SessionId, cameraId: CameraId, position: GeoPosition | null): Promise<void>;
  recover(id: SessionId): Promise<SessionHeader>;
  remove(ids: readonly SessionId[]): Promise<SessionRemoval>;
  forgetVehicle(
    id: VehicleId,
  ): Promise<SessionRemoval & { readonly sessionsWithVideo: readonly SessionId[] }>;
  removeResultSet(id: SessionId, resultSet: ResultSetId): Promise<SessionRemoval>;
  /** Removes files that belong to nothing, and what is kept too long. */
  tidy(retention: SessionRetention): Promise<SessionRemoval>;
}
