import { tick } from 'svelte';
import type { ErrorData } from '../../contracts/errors';
import type { CameraId } from '../../contracts/frame';
import type { SightingId, VehicleId } from '../../contracts/match';
import type {
  ResultSetId,
  SessionGap,
  SessionHeader,
  SessionReader,
  SessionSighting,
} from '../../contracts/session';
import { toErrorData } from '../../core/app-error';
import { ReplayPlayer } from '../../runtime/replay/replay-player';
import { REPLAY_SPEEDS, type ReplayState } from '../../runtime/replay/replay-state';
import { readContents, type SessionContents } from '../../runtime/replay/session-contents';
import type { MissingPicture, ShownPicture } from '../../runtime/replay/shown-picture';
import { Thumbnails } from '../../runtime/replay/thumbnails';
import { PictureCache } from '../state/picture-cache';
import { REPLAY_EPOCH } from './overlay-frame';
import { pictureText } from './replay-text';

/** Text on the screen follows playing so often; pictures do with every display frame. */
const SAMPLE_MS = 120;
/** A sighting that began just now is gone back behind: pressing "previous" twice goes two back while it plays. */
const REPEAT_US = 700_000;
/** Height of timeline thumbnails, CSS pixels at twice the density. */
const THUMBNAIL_HEIGHT_PX = 96;

/** What the words around a camera's picture tell of it. */
export interface ViewNote {
  readonly timeUs: number;
  readonly missing: MissingPicture | null;
  readonly isAnalysed: boolean;
  /** How old the boxes are that are shown; null: of this very picture, or none. */
  readonly heldUs: number | null;
  readonly vehicleCount: number;
}

/** One session on the screen: joins the player, what the session holds, and what the user marked. */
export class ReplayView {
  readonly reader: SessionReader;
  readonly header: SessionHeader;
  readonly player: ReplayPlayer;
  readonly thumbnails: Thumbnails;
  /** Pictures of sightings, by the name of their part. */
  readonly crops: PictureCache;
  state = $state.raw<ReplayState>(initialState());
  /** Sampled, see SAMPLE_MS. */
  positionUs = $state(0);
  contents = $state.raw<SessionContents | null>(null);
  compared = $state.raw<SessionContents | null>(null);
  notes = $state.raw<ReadonlyMap<CameraId, ViewNote>>(new Map());
  selectedId = $state<SightingId | null>(null);
  referenceId = $state<CameraId>('');
  error = $state.raw<ErrorData | null>(null);
  readonly #say: (sentence: string) => () => void;
  /** Takes back what was not told yet: of several steps only the last is worth hearing. */
  #unsay = (): void => undefined;
  readonly #newNotes = new Map<CameraId, ViewNote>();
  readonly #abort = new AbortController();
  #frameRequest = 0;
  #sampledMs = 0;
  #isSaid = false;

  /** Shows the first result set. The reader stays the caller's; `say` tells a screen reader, and returns what takes it back. */
  constructor(reader: SessionReader, say: (sentence: string) => () => void) {
    this.#say = say;
    this.reader = reader;
    this.header = reader.header;
    const resultSet = reader.header.resultSets[0]?.id ?? '';
    this.player = new ReplayPlayer({ reader, resultSet });
    this.state = this.player.state;
    this.positionUs = reader.header.startUs;
    this.referenceId = reader.header.cameras[0]?.cameraId ?? '';
    this.thumbnails = new Thumbnails(reader, 0, THUMBNAIL_HEIGHT_PX);
    this.crops = new PictureCache({
      crop: (part) => reader.part(part),
      onChanged: () => () => undefined,
    });
    this.player.onState((state) => this.#onState(state));
    this.player.onPosition(() => this.#sampleSoon());
    this.player.onShow((picture) => this.#note(picture));
  }

  get selected(): SessionSighting | null {
    const { selectedId, contents } = this;
    return contents?.sightings.find(({ id }) => id === selectedId) ?? null;
  }

  get selectedVehicleId(): VehicleId | null {
    return this.selected?.vehicleId ?? null;
  }

  /** The gap at the position; null: none. */
  get gap(): SessionGap | null {
    const { positionUs } = this;
    const isIn = ({ startUs, endUs }: SessionGap): boolean =>
      positionUs > startUs && positionUs < endUs;
    return this.header.gaps.find(isIn) ?? null;
  }

  /** Reads tracks and sightings and shows the picture of a time; null: the first. */
  async open(atUs: number | null): Promise<void> {
    this.contents = await this.#read(this.state.resultSet);
    // The views must know who is who before the first picture comes.
    await tick();
    await this.player.seek(atUs ?? this.header.startUs);
  }

  toggle(): void {
    if (this.state.isPlaying) this.player.pause();
    else this.player.play();
  }

  /** Goes to a time and tells it. */
  seek(timeUs: number): void {
    this.#tellAfter(this.player.seek(timeUs));
  }

  /** As {@link seek}, without a word: somebody drags. */
  scrub(timeUs: number): void {
    void this.player.seek(timeUs);
  }

  move(byUs: number): void {
    this.seek(this.player.positionUs + byUs);
  }

  step(by: 1 | -1): void {
    this.#tellAfter(this.player.step(by));
  }

  changeSpeed(by: 1 | -1): void {
    const speeds: readonly number[] = REPLAY_SPEEDS;
    const index = speeds.indexOf(this.state.speed) + by;
    const speed = speeds[Math.max(0, Math.min(speeds.length - 1, index))];
    if (speed !== undefined) this.player.setSpeed(speed);
  }

  /** Goes to the sighting that begins next, or before, and marks it. */
  jump(by: 1 | -1): void {
    const sightings = this.contents?.sightings ?? [];
    const fromUs = this.player.positionUs;
    const limitUs = fromUs - (this.state.isPlaying ? REPEAT_US : 0);
    const next =
      by > 0
        ? sightings.find(({ startUs }) => startUs > fromUs)
        : sightings.findLast(({ startUs }) => startUs < limitUs);
    if (next) this.show(next);
  }

  /** Goes to where a sighting begins and marks it. */
  show(sighting: SessionSighting): void {
    this.selectedId = sighting.id;
    this.useReference(sighting.cameraId);
    this.seek(sighting.startUs);
  }

  /** Marks the sighting of a vehicle that lasts at the position; null unmarks. */
  selectVehicle(vehicleId: VehicleId | null, cameraId: CameraId): void {
    const { positionUs } = this.player;
    const ofVehicle = (this.contents?.sightings ?? []).filter(
      (sighting) => sighting.vehicleId === vehicleId && sighting.cameraId === cameraId,
    );
    const distanceUs = ({ startUs, endUs }: SessionSighting): number =>
      Math.max(startUs - positionUs, positionUs - endUs, 0);
    const [nearest] = ofVehicle.sort((a, b) => distanceUs(a) - distanceUs(b));
    this.selectedId = nearest?.id ?? null;
    this.useReference(cameraId);
  }

  /** Steps count the pictures of this camera. */
  useReference(cameraId: CameraId): void {
    this.referenceId = cameraId;
    this.player.setReference(cameraId);
  }

  /** Sets the in or the out point here; the other one goes when it is on the wrong side. */
  setEdge(edge: 'in' | 'out'): void {
    const timeUs = this.player.positionUs;
    const { startUs, endUs } = this.state.range ?? this.header;
    const range =
      edge === 'in'
        ? { startUs: timeUs, endUs: endUs > timeUs ? endUs : this.header.endUs }
        : { startUs: startUs < timeUs ? startUs : this.header.startUs, endUs: timeUs };
    if (range.endUs > range.startUs) this.player.setRange(range);
  }

  /** Shows another analysis, and one beside it; null: none. */
  async showResultSets(resultSet: ResultSetId, compared: ResultSetId | null): Promise<void> {
    this.selectedId = null;
    const [contents, other] = await Promise.all([
      this.#read(resultSet),
      compared === null ? null : this.#read(compared),
    ]);
    this.contents = contents;
    this.compared = other;
    await tick();
    await this.player.setResultSets(resultSet, compared);
  }

  dispose(): void {
    this.#abort.abort();
    cancelAnimationFrame(this.#frameRequest);
    this.player.close();
    this.thumbnails.close();
    this.crops.dispose();
  }

  async #read(resultSet: ResultSetId): Promise<SessionContents | null> {
    try {
      return await readContents(this.reader, resultSet, REPLAY_EPOCH);
    } catch (error) {
      this.error = toErrorData(error);
      return null;
    }
  }

  #onState(state: ReplayState): void {
    const wasPlaying = this.state.isPlaying;
    this.state = state;
    if (state.isPlaying) this.#tick();
    else if (wasPlaying) this.#sample();
  }

  #tick(): void {
    if (this.#frameRequest !== 0) return;
    this.#frameRequest = requestAnimationFrame(() => {
      this.#frameRequest = 0;
      this.player.tick();
      if (this.player.state.isPlaying && !this.#abort.signal.aborted) this.#tick();
    });
  }

  #note({ camera, timeUs, missing, overlay }: ShownPicture): void {
    const { exact, nearest } = overlay;
    this.#newNotes.set(camera.cameraId, {
      timeUs,
      missing,
      isAnalysed: exact !== null,
      heldUs: nearest && !exact ? timeUs - nearest.captureTimeUs : null,
      vehicleCount: exact?.boxes.filter(({ state }) => state === 'confirmed').length ?? 0,
    });
    this.#sampleSoon();
  }

  #sampleSoon(): void {
    if (!this.state.isPlaying || performance.now() - this.#sampledMs >= SAMPLE_MS) this.#sample();
  }

  #sample(): void {
    this.#sampledMs = performance.now();
    this.positionUs = this.player.positionUs;
    this.notes = new Map(this.#newNotes);
  }

  #tellAfter(done: Promise<void>): void {
    if (this.#isSaid) return;
    this.#isSaid = true;
    void done.finally(() => {
      this.#isSaid = false;
      const note = this.#newNotes.get(this.referenceId);
      if (!note || this.state.isPlaying || this.#abort.signal.aborted) return;
      this.#unsay();
      this.#unsay = this.#say(`${pictureText(this.header, note.timeUs, note)}.`);
    });
  }
}

function initialState(): ReplayState {
  return {
    isPlaying: false,
    isWaiting: false,
    speed: 1,
    range: null,
    isLooping: false,
    resultSet: '',
    compared: null,
    damages: [],
  };
}
