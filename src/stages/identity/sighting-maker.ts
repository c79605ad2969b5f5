import type { Sighting } from '../../contracts/gallery';
import type { SightingId } from '../../contracts/match';
import type { TrackId } from '../../contracts/track';
import type { RunStart } from '../../contracts/worker-api';
import { cameraOf } from '../../core/source-cameras';
import type { TracedWrite, TrackSample } from './ports';
import type { TrackRecord } from './track-record';

/** What a sighting is made of. */
export interface SightingSubject {
  readonly record: TrackRecord;
  readonly run: RunStart;
  /** All ids the track ever had. */
  readonly trackIds: readonly TrackId[];
}

/**
 * The sighting a track amounts to now, with what must be stored beside it. Null while undecided. Marks the
 * picture as written: the writer keeps it until it is. `companionIds`: the track is over, and these were seen beside it;
 * null while it lives.
 */
export function makeSightingWrite(
  subject: SightingSubject,
  companionIds: readonly SightingId[] | null,
): TracedWrite | null {
  const { record } = subject;
  const write = describeSighting(subject);
  if (!write) return null;
  const crop = record.picture?.isWritten === true ? null : write.crop;
  if (record.picture) record.picture.isWritten = true;
  return { ...write, crop, sample: write.vector && companionIds && sampleOf(record, companionIds) };
}

/** As {@link makeSightingWrite} for a track that lives, but only to be told: with its picture, and nothing is marked. */
export function describeSighting({ record, run, trackIds }: SightingSubject): TracedWrite | null {
  const { decision, picture } = record;
  if (!decision) return null;
  const isIdentifiable = decision.outcome !== 'unidentifiable';
  const descriptor = isIdentifiable ? record.descriptor.mean() : null;
  const { cameraId, label } = cameraOf(run.source, record.cameraId);
  const isMedia = run.source.timeBase === 'media';
  const sighting: Sighting = {
    id: record.sightingId,
    vehicleId: decision.vehicleId,
    runId: run.runId,
    cameraId,
    cameraLabel: label,
    sourceKind: run.source.kind,
    vehicleClass: record.vehicleClass,
    startUnixMs: isMedia ? record.firstSeenUnixMs : toUnixMs(record.firstSeenUs, run),
    endUnixMs: isMedia ? record.lastSeenUnixMs : toUnixMs(record.lastSeenUs, run),
    originUnixMs: run.source.originUnixMs,
    startMediaUs: isMedia ? record.firstSeenUs : null,
    endMediaUs: isMedia ? record.lastSeenUs : null,
    hitCount: record.hitCount,
    space: descriptor?.space ?? null,
    cropId: picture?.cropId ?? null,
    decision,
  };
  const { firstSeenUs: startUs, lastSeenUs: endUs } = record;
  return {
    sighting,
    vehicleNumber: decision.vehicleNumber,
    crop: picture?.picture ?? null,
    vector: descriptor?.vector ?? null,
    sample: null,
    trace: { epoch: run.epoch, trackIds, startUs, endUs },
  };
}

function sampleOf(record: TrackRecord, companionIds: readonly SightingId[]): TrackSample | null {
  const halves = record.descriptor.halves();
  return halves && { ...halves, companionIds };
}

function toUnixMs(captureTimeUs: number, run: RunStart): number {
  return Math.round(run.source.originUnixMs + captureTimeUs / 1000);
}
