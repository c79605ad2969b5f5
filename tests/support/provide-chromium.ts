import { existsSync } from 'node:fs';
import { CHROMIUM_HELP, findChromium } from '../../server/find-chromium';
import { runCommand, runTool, say, type CommandResult } from './command';

/**
 * Path of a Chromium to test with. Installs one when there is none: from the distribution when we may
 * (root on Debian or Ubuntu), else Playwright's. Throws, saying what to do, when that fails too.
 */
export async function provideChromium(): Promise<string> {
  const found = findChromium();
  if (found !== null) return found;
  const isDebianRoot = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  const attempts = isDebianRoot ? [installWithApt, installWithPlaywright] : [installWithPlaywright];
  for (const attempt of attempts) {
    const { exitCode } = await attempt();
    const installed = findChromium();
    if (exitCode === 0 && installed !== null) return installed;
  }
  throw new Error(CHROMIUM_HELP);
}

async function installWithApt(): Promise<CommandResult> {
  say('No Chromium found: installing the distribution’s (apt-get install chromium) ...');
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = await runCommand('apt-get', ['update', '-qq'], { streams: 'show', environment });
  if (update.exitCode !== 0) return update;
  return runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
    streams: 'show',
    environment,
  });
}

function installWithPlaywright(): Promise<CommandResult> {
  say('No Chromium found: downloading one (npx playwright install chromium) ...');
  return runTool('playwright/cli.js', ['install', 'chromium'], { streams: 'show' });
}
