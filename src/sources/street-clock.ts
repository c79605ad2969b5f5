/** The time a live street goes by; tests pass their own. */
export interface StreetClock {
  /** Unix milliseconds, in fractions, never going back. */
  nowMs(): number;
  /** Resolves after that many milliseconds, or as soon as `signal` aborts: whoever waits looks at it. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The wall clock as it was when the page began, carried on by the clock that nobody sets. */
export const WALL_CLOCK: StreetClock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
    }),
};
