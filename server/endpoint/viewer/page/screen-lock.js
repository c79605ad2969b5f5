/**
 * Makes the button keep the screen on while it is pressed; hidden where the browser cannot.
 *
 * @param {HTMLElement} button A toggle with `aria-pressed`.
 */
export function offerScreenLock(button) {
  if (!('wakeLock' in navigator)) return;
  button.hidden = false;
  /** @type {WakeLockSentinel | null} */
  let lock = null;
  const isWanted = () => button.getAttribute('aria-pressed') === 'true';
  const update = async () => {
    try {
      if (!isWanted()) await lock?.release();
      // Browsers release it themselves when the page is hidden.
      else if (document.visibilityState === 'visible' && (lock === null || lock.released))
        lock = await navigator.wakeLock.request('screen');
    } catch {
      // Refused, as with a low battery: the button says how it is.
      button.setAttribute('aria-pressed', 'false');
    }
  };
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', String(!isWanted()));
    void update();
  });
  document.addEventListener('visibilitychange', () => void update());
}
