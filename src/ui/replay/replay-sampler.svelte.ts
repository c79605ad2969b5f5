import type { CameraId } from '../../contracts/frame';
import type { ReplayPlayer } from '../../runtime/replay/replay-player';
import type { MissingPicture, ShownPicture } from '../../runtime/replay/shown-picture';

/** Text on the screen follows playing so often; pictures do with every display frame. */
const SAMPLE_MS = 120;

/** What the words around a camera's picture tell of it. */
export interface ViewNote {
  readonly timeUs: number;
  readonly missing: MissingPicture | null;
  readonly isAnalysed: boolean;
  /** How old the boxes are that are shown; null: of this very picture, or none. */
  readonly heldUs: number | null;
  readonly vehicleCount: number;
}

/** Takes what a player tells with every frame into the reactive graph, a few times a second. */
export class ReplaySampler {
  positionUs = $state(0);
  notes = $state.raw<ReadonlyMap<CameraId, ViewNote>>(new Map());
  readonly #player: ReplayPlayer;
  readonly #newest = new Map<CameraId, ViewNote>();
  #sampledMs = 0;

  constructor(player: ReplayPlayer) {
    this.#player = player;
    this.positionUs = player.positionUs;
    player.onPosition(() => this.#sampleSoon());
    player.onShow((picture) => this.#note(picture));
  }

  /** What a camera shows now, sampled or not. */
  newest(cameraId: CameraId): ViewNote | null {
    return this.#newest.get(cameraId) ?? null;
  }

  /** Takes everything over at once: playing has ended. */
  sample(): void {
    this.#sampledMs = performance.now();
    this.positionUs = this.#player.positionUs;
    this.notes = new Map(this.#newest);
  }

  #note({ camera, timeUs, missing, overlay }: ShownPicture): void {
    const { exact, nearest } = overlay;
    this.#newest.set(camera.cameraId, {
      timeUs,
      missing,
      isAnalysed: exact !== null,
      heldUs: nearest && !exact ? timeUs - nearest.captureTimeUs : null,
      vehicleCount: exact?.boxes.filter(({ state }) => state === 'confirmed').length ?? 0,
    });
    this.#sampleSoon();
  }

  #sampleSoon(): void {
    const isDue = performance.now() - this.#sampledMs >= SAMPLE_MS;
    if (!this.#player.state.isPlaying || isDue) this.sample();
  }
}
