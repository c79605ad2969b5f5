import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names a system's own Chromium or Chrome goes by, best first. */
const COMMANDS: readonly string[] = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge',
];

const MAC_APPS: readonly string[] = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const WINDOWS_PROGRAMS: readonly string[] = [
  'Chromium\\Application\\chrome.exe',
  'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/** For a Chromium that is driven by a program: no sandbox as root (it refuses to start), nothing in the background. */
export const CHROMIUM_FLAGS: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WebGPU computed by the CPU (SwiftShader), in workers too: right but slow, and without shader-f16. */
export const SOFTWARE_WEBGPU_FLAGS: readonly string[] = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--ignore-gpu-blocklist',
];

/** What to tell a person when {@link findChromium} found nothing. */
export const CHROMIUM_HELP =
  'No Chromium or Chrome was found. Install one (Debian and Ubuntu: apt-get install chromium; anywhere: ' +
  'npx playwright install chromium), or name its program in CHROME_PATH.';

/**
 * The Chromium to drive: `CHROME_PATH`, else one of the system, else the one Playwright downloaded.
 * Null when there is none. Throws when `CHROME_PATH` names something that cannot be run.
 */
export function findChromium(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const named = environment['CHROME_PATH'];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new Error(`CHROME_PATH names ${named}, which is not a program that can be run.`);
  }
  return systemCandidates(environment, platform).find(isProgram) ?? playwrightChromium();
}

function systemCandidates(environment: Environment, platform: NodeJS.Platform): readonly string[] {
  if (platform === 'darwin') return MAC_APPS;
  if (platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'];
    return roots.flatMap((name) => {
      const root = environment[name];
      return root === undefined ? [] : WINDOWS_PROGRAMS.map((program) => join(root, program));
    });
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command)));
}

function playwrightChromium(): string | null {
  try {
    const path = chromium.executablePath();
    return isProgram(path) ? path : null;
  } catch {
    // Playwright throws on systems it has no browser for: then there is none in its cache either.
    return null;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
