import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM_HELP, findChromium } from '../find-chromium';

/** Chromium must not look for updates or services of its own: this product talks to nobody. */
const QUIET_FLAGS = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

/** Arguments for any Chromium we start. Root (a container, CI) has no sandbox to use. */
export function chromiumArguments(flags: readonly string[] = []): readonly string[] {
  const isRoot = process.getuid?.() === 0;
  return [...QUIET_FLAGS, ...(isRoot ? ['--no-sandbox'] : []), ...flags];
}

/** Starts the Chromium that is there, without a window. Throws with what to do when there is none. */
export async function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(CHROMIUM_HELP);
  return chromium.launch({ executablePath, args: [...chromiumArguments(flags)] });
}
