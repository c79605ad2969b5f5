import { tick } from 'svelte';
import type { ErrorData } from '../../contracts/errors';
import type { CameraId } from '../../contracts/frame';
import type { SightingId, VehicleId } from '../../contracts/match';
import type {
  ResultSetId,
  SessionHeader,
  SessionReader,
  SessionSighting,
} from '../../contracts/session';
import { toErrorData } from '../../core/app-error';
import { ReplayPlayer } from '../../runtime/replay/replay-player';
import { nextSpeed, type ReplayState } from '../../runtime/replay/replay-state';
import { readContents, type SessionContents } from '../../runtime/replay/session-contents';
import { Thumbnails } from '../../runtime/replay/thumbnails';
import { PictureCache } from '../state/picture-cache';
import { REPLAY_EPOCH } from './overlay-frame';
import { ReplaySampler, type ViewNote } from './replay-sampler.svelte';
import type { ReplayStart } from './replay-start';
import { pictureText } from './replay-text';
import { firstShownUs, nextSighting, sightingAt } from './sighting-search';
import { rangeWithEdge } from './timeline-range';

/** A sighting that began just now is gone back behind: pressing "previous" twice goes two back while it plays. */
const REPEAT_US = 700_000;
/** Height of timeline thumbnails, CSS pixels at twice the density. */
const THUMBNAIL_HEIGHT_PX = 96;

/** One session on the screen: joins the player, what the session holds, and what the user marked. */
export class ReplayView {
  readonly reader: SessionReader;
  readonly player: ReplayPlayer;
  readonly thumbnails: Thumbnails;
  /** Pictures of sightings, by the name of their part. */
  readonly crops: PictureCache;
  state: ReplayState;
  header = $state.raw() as SessionHeader; // as it was opened, but for the title; set in the constructor
  contents = $state.raw<SessionContents | null>(null);
  selectedId = $state<SightingId | null>(null);
  referenceId = $state<CameraId>('');
  error = $state.raw<ErrorData | null>(null);
  readonly #say: (sentence: string) => () => void;
  /** Takes back what was not told yet: of several steps only the last is worth hearing. */
  #unsay = (): void => undefined;
  readonly #sampler: ReplaySampler;
  readonly #abort = new AbortController();
  #frameRequest = 0;

  /** Shows the first result set. The reader stays the caller's; `say` tells a screen reader, and returns what takes it back. */
  constructor(reader: SessionReader, say: (sentence: string) => () => void) {
    this.#say = say;
    this.reader = reader;
    this.header = reader.header;
    const resultSet = reader.header.resultSets[0]?.id ?? '';
    this.player = new ReplayPlayer({ reader, resultSet });
    this.state = $state.raw(this.player.state);
    this.referenceId = reader.header.cameras[0]?.cameraId ?? '';
    this.thumbnails = new Thumbnails(reader, 0, THUMBNAIL_HEIGHT_PX);
    this.crops = new PictureCache({
      crop: (part) => reader.part(part),
      onChanged: () => () => undefined,
    });
    this.player.onState((state) => this.#onState(state));
    this.#sampler = new ReplaySampler(this.player);
  }

  /** Sampled a few times a second; `player.positionUs` is exact. */
  get positionUs(): number {
    return this.#sampler.positionUs;
  }

  /** What each camera's view shows; sampled too. */
  get notes(): ReadonlyMap<CameraId, ViewNote> {
    return this.#sampler.notes;
  }

  get selectedVehicleId(): VehicleId | null {
    return this.contents?.sightings.find(({ id }) => id === this.selectedId)?.vehicleId ?? null;
  }

  /** Reads tracks and sightings and shows a picture with them. */
  open(start: ReplayStart | null): Promise<void> {
    const { resultSet = this.state.resultSet, compared = null } = start ?? {};
    return this.showResultSets(resultSet, compared, start?.atUs ?? firstShownUs(this.reader));
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
    this.player.setSpeed(nextSpeed(this.state.speed, by));
  }

  /** Goes to the sighting that begins next, or before, and marks it. */
  jump(by: 1 | -1): void {
    const fromUs = this.player.positionUs - (by < 0 && this.state.isPlaying ? REPEAT_US : 0);
    const next = nextSighting(this.contents?.sightings ?? [], fromUs, by);
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
    const sightings = this.contents?.sightings ?? [];
    const found = vehicleId && sightingAt(sightings, vehicleId, cameraId, this.player.positionUs);
    this.selectedId = found ? found.id : null;
    this.useReference(cameraId);
  }

  /** Steps count the pictures of this camera. */
  useReference(cameraId: CameraId): void {
    this.referenceId = cameraId;
    this.player.setReference(cameraId);
  }

  /** Sets the in or the out point here; the other one goes when it is on the wrong side. */
  setEdge(edge: 'in' | 'out'): void {
    const { positionUs } = this.player;
    const range = rangeWithEdge(edge, positionUs, this.state.range ?? this.header, this.header);
    if (range) this.player.setRange(range);
  }

  /** Shows an analysis, and one beside it, `compared` null: none; at a time, `atUs` left out: where it stands. */
  async showResultSets(resultSet: ResultSetId, compared: ResultSetId | null, atUs?: number) {
    this.selectedId = null;
    this.contents = await this.#read(resultSet);
    // The views must know who is who before the first picture comes.
    await tick();
    const shown = this.player.setResultSets(resultSet, compared);
    await (atUs === undefined ? shown : this.player.seek(atUs));
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
    else if (wasPlaying) this.#sampler.sample();
  }

  #tick(): void {
    if (this.#frameRequest !== 0) return;
    this.#frameRequest = requestAnimationFrame(() => {
      this.#frameRequest = 0;
      this.player.tick();
      if (this.player.state.isPlaying && !this.#abort.signal.aborted) this.#tick();
    });
  }

  #tellAfter(done: Promise<void>): void {
    void done.then(() => {
      const note = this.#sampler.newest(this.referenceId);
      if (!note || this.state.isPlaying || this.#abort.signal.aborted) return;
      this.#unsay();
      this.#unsay = this.#say(`${pictureText(this.header, note.timeUs, note)}.`);
    });
  }
}
