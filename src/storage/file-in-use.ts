/** A worker ends a moment after its tab, however that ended; until then it has the files it wrote. */
const WAIT_MS = 5_000;
const PAUSE_MS = 50;

/** Whether a private file could not be had because another context is writing it. */
export function isInUse(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NoModificationAllowedError';
}

/** Opens a private file once no other context has it. Throws what `open` throws; after 5 s also that it is in use. */
export async function untilFree<T>(open: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + WAIT_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isInUse(error) || performance.now() > endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
