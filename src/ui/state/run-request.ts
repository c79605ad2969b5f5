/** What the user started last; what failed is tried again with it. */
export type RunRequest =
  | { readonly type: 'camera' }
  | { readonly type: 'video'; readonly file: File }
  | { readonly type: 'street' };

/** The controller puts every failure of a run into its status, where the screen shows it. */
export async function shownByStatus(run: Promise<void>): Promise<void> {
  try {
    await run;
  } catch {
    // Already on screen through `status.error`; telling it twice helps nobody.
  }
}
