import type { Detection, VehicleClass } from '../../src/contracts/detection';
import type { Sighting } from '../../src/contracts/gallery';
import type { MatchDecision } from '../../src/contracts/match';
import type { FrameTruth } from '../../src/contracts/street';
import type { TrackId, TrackState } from '../../src/contracts/track';
import type {
  ReportedDecision,
  ReportedFrame,
  StreetScoreInput,
} from './street-scores/street-score-input';

type Corners = readonly [number, number, number, number];

/** The lines of a headless run that scores are made of; see `src/headless/run-to-end.ts`. */
type Line =
  | {
      readonly type: 'frame';
      readonly cameraId: string;
      readonly timeUs: number;
      readonly detections: readonly {
        readonly box: Corners;
        readonly score: number;
        readonly class: VehicleClass;
      }[];
      readonly tracks: readonly {
        readonly id: TrackId;
        readonly state: TrackState;
        readonly box: Corners;
      }[];
    }
  | { readonly type: 'identity'; readonly trackId: TrackId; readonly decision: MatchDecision }
  | { readonly type: 'sighting'; readonly sighting: Sighting }
  | ({ readonly type: 'truth' } & FrameTruth)
  | { readonly type: 'session' | 'summary' };

/** Gathers the lines of one street run for scoring. */
export class StreetLines {
  readonly #truth: FrameTruth[] = [];
  readonly #frames: ReportedFrame[] = [];
  readonly #decisions: Omit<ReportedDecision, 'cameraId'>[] = [];
  /** A later state of a sighting takes the place of the one before. */
  readonly #sightings = new Map<string, Sighting>();
  readonly #cameraOfTrack = new Map<TrackId, string>();
  /** All lines but those of the truth, as they came. */
  readonly #results: string[] = [];
  #lastFrameUs = 0;

  get truth(): readonly FrameTruth[] {
    return this.#truth;
  }

  get frames(): readonly ReportedFrame[] {
    return this.#frames;
  }

  /** Takes one line of JSON, in the order they were written. */
  add(text: string): void {
    const line = JSON.parse(text) as Line; // written by our own page, a moment ago
    if (line.type !== 'truth') this.#results.push(text);
    if (line.type === 'frame') this.#addFrame(line);
    else if (line.type === 'sighting') this.#sightings.set(line.sighting.id, line.sighting);
    else if (line.type === 'identity') this.#addDecision(line.trackId, line.decision);
    else if (line.type === 'truth') {
      const { type: _, ...truth } = line;
      this.#truth.push(truth);
    }
  }

  /** What the scorer takes, once the run is over. */
  input(scoreThreshold: number): StreetScoreInput {
    return {
      truth: this.#truth,
      frames: this.#frames,
      // A track may get its vehicle before its first frame was told: only now every track's camera is known.
      decisions: this.#decisions.flatMap((decision) => {
        const cameraId = this.#cameraOfTrack.get(decision.trackId);
        return cameraId === undefined ? [] : [{ ...decision, cameraId }];
      }),
      sightings: [...this.#sightings.values()],
      scoreThreshold,
    };
  }

  /** What the app said, as JSON Lines: as `npm run analyze` writes of a video. */
  resultText(): string {
    return this.#results.map((line) => `${line}\n`).join('');
  }

  /**
   * The confirmed tracks of one camera as a result in the format of MOTChallenge (Milan et al. 2016, "MOT16"): frame, id,
   * left, top, width, height, confidence 1, and three fields of the ground that are not used. Frames, left and top count from 1.
   */
  tracksText(cameraId: string): string {
    const frameNumbers = new Map(
      this.#truth
        .filter((truth) => truth.cameraId === cameraId)
        .map(({ captureTimeUs, frameIndex }) => [captureTimeUs, frameIndex + 1]),
    );
    const rows = this.#frames
      .filter((frame) => frame.cameraId === cameraId)
      .flatMap(({ captureTimeUs, tracks }) =>
        tracks
          .filter(({ state }) => state === 'confirmed')
          .map(({ id, box }) => [
            frameNumbers.get(captureTimeUs) ?? 0,
            id,
            ...[box.x1 + 1, box.y1 + 1, box.x2 - box.x1, box.y2 - box.y1].map((value) =>
              value.toFixed(1),
            ),
            1,
            -1,
            -1,
            -1,
          ]),
      );
    return rows.map((row) => `${row.join(',')}\n`).join('');
  }

  #addFrame({ cameraId, timeUs, detections, tracks }: Line & { readonly type: 'frame' }): void {
    this.#lastFrameUs = timeUs;
    for (const { id } of tracks) this.#cameraOfTrack.set(id, cameraId);
    this.#frames.push({
      cameraId,
      captureTimeUs: timeUs,
      detections: detections.map(({ box, score, class: vehicleClass }): Detection => ({
        box: toBox(box),
        score,
        vehicleClass,
      })),
      tracks: tracks.map(({ id, state, box }) => ({ id, state, box: toBox(box) })),
    });
  }

  /** Told while a frame was analysed: not before the newest crop it rests on. */
  #addDecision(trackId: TrackId, decision: MatchDecision): void {
    const atUs = Math.max(this.#lastFrameUs, ...decision.cropTimesUs);
    this.#decisions.push({ trackId, atUs, decision });
  }
}

function toBox([x1, y1, x2, y2]: Corners): Detection['box'] {
  return { x1, y1, x2, y2 };
}
