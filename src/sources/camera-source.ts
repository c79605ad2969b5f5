import type {
  CameraSettings,
  FrameFeed,
  FrameSource,
  SourceEvent,
  SourceInfo,
} from '../contracts/source';
import { AppError } from '../core/app-error';
import { asOneCamera } from '../core/source-cameras';
import { requireMediaDevices } from './camera-errors';
import {
  chooseFeedType,
  startCameraFeed,
  type CameraFeed,
  type CameraFeedType,
} from './camera-feed';
import { openCamera, stopStream, type OpenedCamera } from './camera-open';
import { switchTorch, trackHasTorch } from './camera-torch';
import { SourceEvents } from './source-events';
import { stableSourceId } from './source-id';

/** What tests replace. */
export interface CameraSourceOptions {
  /** Default: the page's own. */
  readonly devices?: MediaDevices;
  /** Default: the best this browser has. */
  readonly feedType?: CameraFeedType;
  /** No other camera will do than the one in the settings: a run goes on with the camera it had. */
  readonly isDeviceRequired?: boolean;
}

/**
 * A camera. Its frames may change size in mid-run (a phone is turned): each carries its own. Frames of
 * a pulled feed carry times on the clock that `SourceInfo.originUnixMs` names.
 */
export class CameraSource implements FrameSource {
  readonly kind = 'camera';
  readonly pace = 'live';
  /** The browser decodes, if anything has to be decoded. */
  readonly decodeMsTotal = 0;
  readonly #settings: CameraSettings;
  readonly #options: CameraSourceOptions;
  readonly #events = new SourceEvents();
  readonly #closing = new AbortController();
  #isOpening = false;
  #camera: OpenedCamera | null = null;
  #feed: CameraFeed | null = null;
  #originUnixMs = 0;
  /** What the camera had made when the feed began: frames before that were nobody's to take. */
  #deliveredBefore = 0;
  #deliveredAtClose: number | null = null;
  /** The camera that was opened, whatever was asked for. */
  #deviceId: string | null;

  constructor(settings: CameraSettings, options: CameraSourceOptions = {}) {
    this.#settings = settings;
    this.#deviceId = options.isDeviceRequired === true ? settings.deviceId : null;
    this.#options = options;
  }

  /** For a muted, inline video element; null before `open` and after `close`. */
  get previewStream(): MediaStream | null {
    return this.#camera?.stream ?? null;
  }

  get droppedCount(): number {
    return this.#feed?.droppedCount() ?? 0;
  }

  get deliveredCount(): number | null {
    if (!this.#camera) return this.#deliveredAtClose;
    const delivered = countDelivered(this.#camera.track);
    return delivered === null ? null : delivered - this.#deliveredBefore;
  }

  /** The same camera once more, after it was lost; never another one, which would film something else. */
  again(): CameraSource {
    if (this.#deviceId === null) return new CameraSource(this.#settings, this.#options);
    return new CameraSource(
      { ...this.#settings, deviceId: this.#deviceId },
      { ...this.#options, isDeviceRequired: true },
    );
  }

  /** Whether the running camera has a torch that can be switched. False before `open`. */
  get hasTorch(): boolean {
    return this.#camera !== null && trackHasTorch(this.#camera.track);
  }

  /**
   * Starts the camera, asking for permission if need be. Throws AppError CAMERA_PERMISSION_DENIED,
   * CAMERA_NOT_FOUND, CAMERA_BUSY or CAMERA_UNSUPPORTED. Aborting works while the question is open.
   */
  async open(signal: AbortSignal): Promise<SourceInfo> {
    if (this.#isOpening) throw new RangeError('CameraSource.open may be called once');
    this.#isOpening = true;
    const devices = this.#options.devices ?? requireMediaDevices();
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const camera = await openCamera(
      devices,
      this.#settings,
      either,
      this.#options.isDeviceRequired,
    );
    this.#camera = camera;
    this.#deviceId = camera.track.getSettings().deviceId ?? null;
    this.#originUnixMs = Date.now();
    camera.track.addEventListener('ended', this.#onEnded);
    camera.track.addEventListener('mute', this.#onMute);
    camera.track.addEventListener('unmute', this.#onUnmute);
    signal.addEventListener('abort', () => void this.close(), { once: true });
    try {
      const info = await this.#describe(camera);
      await this.#lightIfWanted();
      either.throwIfAborted();
      return info;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  feed(): FrameFeed {
    if (!this.#camera) throw new RangeError('CameraSource.feed needs open first');
    if (this.#feed) throw new RangeError('CameraSource.feed may be called once');
    const { track } = this.#camera;
    this.#deliveredBefore = countDelivered(track) ?? 0;
    const type = this.#options.feedType ?? chooseFeedType(track);
    this.#feed = startCameraFeed(type, track, this.#originUnixMs);
    return this.#feed.feed;
  }

  /** Switches the torch. Throws AppError CAMERA_UNSUPPORTED when there is none or it refuses. */
  setTorch(isOn: boolean): Promise<void> {
    return switchTorch(this.#camera?.track ?? null, isOn);
  }

  onEvent(listener: (event: SourceEvent) => void): () => void {
    return this.#events.add(listener);
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#feed?.stop();
    if (this.#camera) {
      const { track, stream } = this.#camera;
      track.removeEventListener('ended', this.#onEnded);
      track.removeEventListener('mute', this.#onMute);
      track.removeEventListener('unmute', this.#onUnmute);
      this.#deliveredAtClose = this.deliveredCount;
      stopStream(stream);
    }
    this.#camera = null;
    this.#events.clear();
    return Promise.resolve();
  }

  async #describe({ track, notice }: OpenedCamera): Promise<SourceInfo> {
    const settings = track.getSettings();
    return asOneCamera({
      kind: this.kind,
      pace: this.pace,
      cameraId: await stableSourceId('camera', [track.label, settings.deviceId ?? '']),
      label: track.label === '' ? 'Camera' : track.label,
      // Firefox may not know the size before the first picture: then the wish stands until frames come.
      widthPx: settings.width ?? Math.round((this.#settings.heightPx * 16) / 9),
      heightPx: settings.height ?? this.#settings.heightPx,
      framesPerSecond: settings.frameRate ?? null,
      durationUs: null,
      originUnixMs: this.#originUnixMs,
      timeBase: 'wall',
      codec: null,
      notice,
    });
  }

  /** A torch that refuses is no reason not to start. */
  async #lightIfWanted(): Promise<void> {
    if (!this.#settings.torch || !this.hasTorch) return;
    try {
      await this.setTorch(true);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  readonly #onEnded = (): void => {
    this.#feed?.stop();
    const label = this.#camera?.track.label ?? '';
    this.#events.emit({ type: 'lost', reason: `Expected "${label}" to go on, found its end` });
  };

  readonly #onMute = (): void => this.#events.emit({ type: 'muted' });

  readonly #onUnmute = (): void => this.#events.emit({ type: 'unmuted' });
}

/** Chromium counts what a camera delivers (MediaStreamTrack.stats); other browsers do not yet. */
function countDelivered(track: MediaStreamTrack): number | null {
  // Not in TypeScript's DOM.
  const { stats } = track as { stats?: { deliveredFrames?: number } };
  return stats?.deliveredFrames ?? null;
}
