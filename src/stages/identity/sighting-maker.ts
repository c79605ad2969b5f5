import type { Sighting } from '../../contracts/gallery';
import type { SightingId } from '../../contracts/match';
import type { RunStart } from '../../contracts/worker-api';
import { cameraOf } from '../../core/source-cameras';
import type { SightingWrite, TrackSample } from './ports';
import type { TrackRecord } from './track-record';

/**
 * The sighting a track amounts to now, with what must be stored beside it. Null while undecided. Marks the
 * picture as written: the writer keeps it until it is. `companionIds`: the track is over, and these were seen beside it;
 * null while it lives.
 */
export function makeSightingWrite(
  record: TrackRecord,
  run: RunStart,
  companionIds: readonly SightingId[] | null,
): SightingWrite | null {
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
  const crop = picture && !picture.isWritten ? picture.picture : null;
  if (picture) picture.isWritten = true;
  return {
    sighting,
    vehicleNumber: decision.vehicleNumber,
    crop,
    vector: descriptor?.vector ?? null,
    sample: descriptor && companionIds && sampleOf(record, companionIds),
  };
}

function sampleOf(record: TrackRecord, companionIds: readonly SightingId[]): TrackSample | null {
  const halves = record.descriptor.halves();
  return halves && { ...halves, companionIds };
}

function toUnixMs(captureTimeUs: number, run: RunStart): number {
  return Math.round(run.source.originUnixMs + captureTimeUs / 1000);
}
