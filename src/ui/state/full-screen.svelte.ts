/**
 * Full screen is a state of the whole page, not of one element: what must be said meanwhile (notices,
 * dialogs, the status region) stays where it is and is seen and heard.
 */
export class FullScreen {
  isOn = $state(false);
  readonly #abort = new AbortController();

  /** Follows the browser, which may leave by itself; until `dispose`. */
  start(): void {
    const { signal } = this.#abort;
    document.addEventListener(
      'fullscreenchange',
      () => {
        this.isOn = document.fullscreenElement !== null;
      },
      { signal },
    );
  }

  /** On and off; going on needs a user's gesture. */
  async toggle(): Promise<void> {
    if (this.isOn) return this.leave();
    this.isOn = true;
    const root = document.documentElement;
    // iPhones have no such method: the view still covers the whole page.
    if (!('requestFullscreen' in root)) return;
    try {
      await root.requestFullscreen();
    } catch {
      // Refused, for example inside a frame: covering the page is the next best.
    }
  }

  async leave(): Promise<void> {
    this.isOn = false;
    if (document.fullscreenElement) await document.exitFullscreen();
  }

  dispose(): void {
    this.#abort.abort();
  }
}
