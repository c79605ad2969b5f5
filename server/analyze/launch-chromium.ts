import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM_FLAGS, CHROMIUM_HELP, findChromium } from '../find-chromium';

/** Arguments for any Chromium we start. */
export function chromiumArguments(flags: readonly string[] = []): readonly string[] {
  return [...CHROMIUM_FLAGS, ...flags];
}

/** Starts the Chromium that is there, without a window. Throws with what to do when there is none. */
export async function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(CHROMIUM_HELP);
  return chromium.launch({ executablePath, args: [...chromiumArguments(flags)] });
}
