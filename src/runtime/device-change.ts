/** Waits until cameras are plugged in or out, some time passes, or `signal` aborts. */
export function deviceChangeOr(timeoutMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      navigator.mediaDevices.removeEventListener('devicechange', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    navigator.mediaDevices.addEventListener('devicechange', done);
    signal.addEventListener('abort', done);
  });
}
