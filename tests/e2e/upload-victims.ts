import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { findFreePort, type EndpointProcess } from '../support/endpoint-process';
import { KeptBrowser } from './kept-browser';
import { openHeadless, startEndpointFor, syncState, tryNow } from './sync-page';

/** What can be killed; `page`: its process crashes, or it is loaded again, in turn. */
export type Victim = 'browser' | 'server' | 'both' | 'page';

/** Files of pieces by name, `<session>.<piece>`, as they lie on the endpoint's disk. */
export type PieceFiles = ReadonlyMap<
  string,
  { readonly byteCount: number; readonly inode: number }
>;

/** Between two looks at the disk: at most a megabyte arrives meanwhile. */
const LOOK_MS = 5;
/** Whoever waits longer for bytes waits for ever. */
const PATIENCE_MS = 60_000;

/** A browser that sends and an endpoint that receives: both are killed, and started again on what they left. */
export class UploadVictims {
  readonly browser: KeptBrowser;
  readonly #dataFolder: string;
  readonly #port: number;
  #page: Page | null = null;
  #endpoint: EndpointProcess | null = null;
  #pageDeaths = 0;

  private constructor(browser: KeptBrowser, dataFolder: string, port: number) {
    this.browser = browser;
    this.#dataFolder = dataFolder;
    this.#port = port;
  }

  /** Both started, and not connected to each other. */
  static async start(dataFolder: string): Promise<UploadVictims> {
    const victims = new UploadVictims(await KeptBrowser.create(), dataFolder, await findFreePort());
    await Promise.all([victims.#startBrowser(), victims.#startEndpoint()]);
    return victims;
  }

  get page(): Page {
    if (this.#page) return this.#page;
    throw new Error('Expected a page, the browser is not running.');
  }

  get endpoint(): EndpointProcess {
    if (this.#endpoint) return this.#endpoint;
    throw new Error('Expected an endpoint, it is not running.');
  }

  /** What the endpoint has on its disk. */
  async pieceFiles(): Promise<PieceFiles> {
    const folder = join(this.#dataFolder, 'pieces');
    const names = (await readdir(folder)).filter((name) => /^[0-9a-f-]{36}\.\d+$/.test(name));
    const files = names.map(async (name) => {
      const { size, ino } = await stat(join(folder, name));
      return [name, { byteCount: size, inode: ino }] as const;
    });
    return new Map(await Promise.all(files));
  }

  /** Resolves when that is so many bytes in all. */
  async untilReceived(byteCount: number): Promise<void> {
    const receivedBytes = async (): Promise<number> => {
      const files = [...(await this.pieceFiles()).values()];
      return files.reduce((sum, file) => sum + file.byteCount, 0);
    };
    const endMs = performance.now() + PATIENCE_MS;
    while ((await receivedBytes()) < byteCount) {
      if (performance.now() > endMs)
        throw new Error(
          `Expected ${byteCount} bytes to arrive: ${JSON.stringify(await syncState(this.page))}`,
        );
      await sleep(LOOK_MS);
    }
  }

  /** Kills at once, and resolves when what was killed runs again. Returns what the endpoint had on its disk between. */
  async kill(victim: Victim): Promise<PieceFiles> {
    const hasBrowser = victim === 'browser' || victim === 'both';
    const hasEndpoint = victim === 'server' || victim === 'both';
    await Promise.all([
      hasBrowser && this.browser.kill(),
      hasEndpoint && this.endpoint.kill(),
      victim === 'page' && this.#killPage(),
    ]);
    const files = await this.pieceFiles();
    await Promise.all([hasBrowser && this.#startBrowser(), hasEndpoint && this.#startEndpoint()]);
    // A page that finds nobody waits ever longer, up to minutes, also after it was killed; that has tests of its own.
    await tryNow(this.page);
    return files;
  }

  async remove(): Promise<void> {
    await this.browser.remove();
    await this.#endpoint?.kill();
  }

  async #startBrowser(): Promise<void> {
    this.#page = await openHeadless(await this.browser.start());
  }

  async #startEndpoint(): Promise<void> {
    this.#endpoint = await startEndpointFor(this.#port, this.#dataFolder);
  }

  async #killPage(): Promise<void> {
    this.#pageDeaths += 1;
    const isCrash = this.#pageDeaths % 2 === 1;
    this.#page = await openHeadless(isCrash ? await this.browser.crash(this.page) : this.page);
  }
}
