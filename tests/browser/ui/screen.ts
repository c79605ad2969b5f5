import { expect } from 'vitest';

/*
 * Looking at the page as its tests do.
 */

/** The button with this accessible name; throws when there is none. */
export function button(name: string | RegExp): HTMLButtonElement {
  const found = [...document.querySelectorAll('button')].find((candidate) => {
    const text = nameOf(candidate);
    return typeof name === 'string' ? text === name : name.test(text);
  });
  if (!found) throw new Error(`Expected a button named ${String(name)}, found none`);
  return found;
}

/** The accessible name of a control, as far as this page makes names. */
export function nameOf(element: Element): string {
  const label = element.getAttribute('aria-label');
  if (label) return label;
  const labels = 'labels' in element ? (element as HTMLInputElement).labels : null; // form controls have it
  const labelled = element.getAttribute('aria-labelledby');
  const parts = labels ? [...labels].map((node) => node.textContent) : [];
  if (labelled) parts.push(document.getElementById(labelled)?.textContent ?? '');
  parts.push(element.textContent);
  return parts.join(' ').replace(/\s+/g, ' ').trim();
}

/** Everything a machine can check of the page's accessibility without another program. */
export function expectAccessible(): void {
  for (const control of document.querySelectorAll('button, select, input, progress, meter')) {
    expect(nameOf(control), control.outerHTML.slice(0, 200)).not.toBe('');
  }
  for (const image of document.querySelectorAll('img'))
    expect(image.hasAttribute('alt')).toBe(true);
  expect(document.querySelectorAll('main')).toHaveLength(1);
  expect(document.querySelectorAll('h1')).toHaveLength(1);
  // One region that can be heard: what lies under a modal dialog is inert.
  const regions = [...document.querySelectorAll('[role="status"]')];
  expect(regions.filter((region) => !region.closest('dialog'))).toHaveLength(1);
  for (const dialog of document.querySelectorAll('dialog')) {
    expect(regions.filter((region) => region.closest('dialog') === dialog)).toHaveLength(1);
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
}

/** Everything that is pressed is large enough for a finger. */
export function expectTouchTargets(): void {
  for (const control of document.querySelectorAll(
    'button:not(.visually-hidden), select, summary',
  )) {
    const { width, height } = control.getBoundingClientRect();
    if (width === 0) continue;
    expect(height, nameOf(control)).toBeGreaterThanOrEqual(44);
    expect(width, nameOf(control)).toBeGreaterThanOrEqual(44);
  }
}
