/** Gives the thread back for a moment, so that a worker hears its page. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
