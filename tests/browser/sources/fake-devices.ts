/** Size of the fake camera's picture. */
const LONG_SIDE_PX = 320;
const SHORT_SIDE_PX = 180;

/** `navigator.mediaDevices` with cameras made of canvases: real tracks, without a device or a question. */
export class FakeDevices extends EventTarget {
  /** What was asked for, in order. */
  readonly requests: MediaTrackConstraints[] = [];
  /** Tracks granted so far. */
  readonly tracks: MediaStreamTrack[] = [];
  /** Thrown instead of granting, one a request. */
  readonly failures: Error[] = [];
  hasTorch = false;
  /** What the torch was switched to, in order. */
  readonly torchSwitches: unknown[] = [];
  readonly #canvas = document.createElement('canvas');
  readonly #painting: ReturnType<typeof setInterval>;
  #answer: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.#canvas.width = LONG_SIDE_PX;
    this.#canvas.height = SHORT_SIDE_PX;
    const context = this.#canvas.getContext('2d');
    let count = 0;
    // A canvas is captured when it is painted: this is the camera's frame clock.
    this.#painting = setInterval(() => {
      count += 1;
      if (!context) return;
      context.fillStyle = `hsl(${count % 360} 60% 50%)`;
      context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    }, 30);
  }

  /** As the type the code under test wants; it uses nothing else of it. */
  asMediaDevices(): MediaDevices {
    return this as unknown as MediaDevices;
  }

  /** The next request waits until the returned function is called. */
  holdAnswer(): () => void {
    let answer = (): void => undefined;
    this.#answer = new Promise((resolve) => {
      answer = resolve;
    });
    return () => answer();
  }

  /** The phone is turned: width and height change places. */
  turn(): void {
    const { width, height } = this.#canvas;
    this.#canvas.width = height;
    this.#canvas.height = width;
  }

  unplugAll(): void {
    clearInterval(this.#painting);
    for (const track of this.tracks) track.stop();
  }

  async getUserMedia({ video }: { readonly video: MediaTrackConstraints }): Promise<MediaStream> {
    this.requests.push(video);
    await this.#answer;
    const failure = this.failures.shift();
    if (failure) throw failure;
    const stream = this.#canvas.captureStream();
    const track = stream.getVideoTracks()[0];
    if (!track) throw new Error('Expected a track of the canvas');
    this.tracks.push(track);
    Object.assign(track, {
      getCapabilities: () => (this.hasTorch ? { torch: true } : {}),
      // A canvas has neither name nor number of its own that would last.
      getSettings: () => ({
        width: this.#canvas.width,
        height: this.#canvas.height,
        deviceId: 'a',
      }),
      applyConstraints: (constraints: { advanced: readonly { torch: boolean }[] }) => {
        this.torchSwitches.push(constraints.advanced[0]?.torch);
        return Promise.resolve();
      },
    });
    Object.defineProperty(track, 'label', { value: 'Front door' });
    return stream;
  }

  enumerateDevices(): Promise<readonly Partial<MediaDeviceInfo>[]> {
    return Promise.resolve([
      { kind: 'videoinput', deviceId: 'a', label: 'Front door' },
      { kind: 'audioinput', deviceId: 'm', label: 'Microphone' },
      { kind: 'videoinput', deviceId: 'b', label: 'Yard' },
    ]);
  }
}
