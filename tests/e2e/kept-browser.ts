import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { chromiumArguments } from '../../server/analyze/launch-chromium';
import { CHROMIUM_HELP, findChromium } from '../../server/find-chromium';

interface Running {
  readonly context: BrowserContext;
  /** Of the browser itself; Playwright starts it as the leader of a group, in which are its renderers, its storage service and all others. */
  readonly processId: number;
}

/** A Chromium whose profile outlives it: what was stored is what the next one finds. */
export class KeptBrowser {
  readonly #profile: string;
  readonly #flags: readonly string[];
  #started: Running | null = null;

  private constructor(profile: string, flags: readonly string[]) {
    this.#profile = profile;
    this.#flags = flags;
  }

  /** With an empty profile, not started. */
  static async create(flags: readonly string[] = []): Promise<KeptBrowser> {
    return new KeptBrowser(await mkdtemp(join(tmpdir(), 'resight-kept-')), flags);
  }

  /** A page of it, blank. */
  async start(): Promise<Page> {
    const executablePath = findChromium();
    if (executablePath === null) throw new Error(CHROMIUM_HELP);
    const context = await chromium.launchPersistentContext(this.#profile, {
      executablePath,
      args: [...chromiumArguments(this.#flags)],
    });
    this.#started = { context, processId: await processIdOf(context) };
    return context.pages()[0] ?? context.newPage();
  }

  /** As when the power goes: every process of it at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const { context, processId } = this.#running;
    const gone = new Promise((resolve) => context.once('close', resolve));
    process.kill(-processId, 'SIGKILL');
    await gone;
    this.#started = null;
  }

  /** Kills the process of a page with all its workers, as an operating system does that runs out of memory. Returns another page, blank. */
  async crash(page: Page): Promise<Page> {
    const session = await page.context().newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    // It is never answered: who would answer is gone.
    session.send('Page.crash').catch(() => undefined);
    await crashed;
    const next = await this.#running.context.newPage();
    await page.close();
    return next;
  }

  /** As a user does. */
  async stop(): Promise<void> {
    await this.#started?.context.close();
    this.#started = null;
  }

  /** Another one that has stored what this has, which is stopped. */
  async copy(): Promise<KeptBrowser> {
    const other = await KeptBrowser.create(this.#flags);
    await cp(this.#profile, other.#profile, { recursive: true });
    return other;
  }

  /** For good, with its profile. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#profile, { recursive: true, force: true });
  }

  get #running(): Running {
    if (this.#started) return this.#started;
    throw new Error('Expected a browser that runs.');
  }
}

/** Asked for at the start: when it is killed nothing may take time. */
async function processIdOf(context: BrowserContext): Promise<number> {
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? {};
  const main = processInfo?.find(({ type }) => type === 'browser');
  if (!main) throw new Error('Expected the browser to name its process, it did not.');
  return main.id;
}
