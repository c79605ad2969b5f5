/** Kept until it is refused: a screen on a wall is switched off at night. The app keeps its own elsewhere. */
const TOKEN_KEY = 'resight-live-token';

/** Shown in the endpoint's list of devices, where it can be taken back. */
const DEVICE_NAME = 'Live page';

/**
 * The token of this page; null: it has none. One in the address (`#token=`) is taken out of it, where it is seen, copied and remembered.
 *
 * @returns {string | null}
 */
export function takeToken() {
  const fromLink = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fromLink !== null) {
    localStorage.setItem(TOKEN_KEY, fromLink);
    history.replaceState(null, '', location.pathname);
  }
  return localStorage.getItem(TOKEN_KEY);
}

/** It was refused. */
export function forgetToken() {
  localStorage.removeItem(TOKEN_KEY);
}

/**
 * Asks for a pairing code until one is good, and answers the token it was traded for.
 *
 * @param {HTMLFormElement} form With the elements of viewer.html.
 * @param {string} reason Why, when it is not the first time.
 * @returns {Promise<string>}
 */
export function askForCode(form, reason) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector('input'));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
  const problem = /** @type {HTMLElement} */ (form.querySelector('[role="alert"]'));
  problem.textContent = reason;
  form.hidden = false;
  input.focus();
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      button.disabled = true;
      problem.textContent = '';
      const answer = await pair(input.value);
      button.disabled = false;
      if ('token' in answer) {
        localStorage.setItem(TOKEN_KEY, answer.token);
        input.value = '';
        form.hidden = true;
        resolve(answer.token);
        return;
      }
      problem.textContent = answer.problem;
      input.select();
    };
  });
}

/**
 * @param {string} code
 * @returns {Promise<{ token: string } | { problem: string }>}
 */
async function pair(code) {
  try {
    const response = await fetch('../api/pair', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code, deviceName: DEVICE_NAME }),
    });
    const answer = await response.json();
    if (!response.ok) return { problem: answer.message };
    if (answer.scopes.includes('read')) return answer;
    return { problem: 'This code does not let anybody read. Make one that does.' };
  } catch {
    // No network, the endpoint is away, or something before it answered what is no JSON.
    return { problem: 'The endpoint does not answer. Try again.' };
  }
}
