import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { HeadlessApi } from '../../src/contracts/headless';
import { HEADLESS_FILES_ID, HEADLESS_PARAMETERS } from '../../src/contracts/headless';
import { buildApp, reasonToBuild } from '../build-app';
import { startStaticServer, type StaticServer } from '../static-server';
import { launchChromium } from './launch-chromium';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** What may be pinned for a headless page; names as in {@link HEADLESS_PARAMETERS}. */
export type HeadlessOptions = Partial<Record<keyof typeof HEADLESS_PARAMETERS, string | number>>;

/** What a page can be asked to do. */
type HeadlessMethods = {
  [
    Name in keyof HeadlessApi as HeadlessApi[Name] extends (...args: never[]) => unknown
      ? Name
      : never
  ]: HeadlessApi[Name] extends (...args: infer Arguments) => infer Answer
    ? (...args: Arguments) => Answer
    : never;
};

/** The built app in a Chromium of its own, without its screen unless that is asked for. */
export interface HeadlessPage {
  readonly page: Page;
  /** Puts these files into the page's file input; index in the list is the page's file index. */
  setFiles(paths: readonly string[]): Promise<void>;
  call<Name extends keyof HeadlessMethods>(
    name: Name,
    ...args: Parameters<HeadlessMethods[Name]>
  ): Promise<Awaited<ReturnType<HeadlessMethods[Name]>>>;
  close(): Promise<void>;
}

/**
 * Builds the app when needed, serves it on a free port, and opens it with `?headless`.
 * `log` hears progress and the page's errors; `emit` gets the page's JSON Lines.
 */
export async function openHeadlessPage(
  options: HeadlessOptions,
  log: (line: string) => void,
  emit: (lines: readonly string[]) => Promise<void> = () => Promise.resolve(),
): Promise<HeadlessPage> {
  const server = await serveBuiltApp(log);
  let browser: Browser | null = null;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server.close();
  };
  try {
    browser = await launchChromium();
    const page = await browser.newPage();
    page.on('pageerror', (error) => {
      log(`page: ${error.message}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') log(`page: ${message.text()}`);
    });
    await page.exposeFunction('resightEmit', emit);
    await page.goto(`${server.url}?${query(options)}`);
    await page.waitForFunction(() => window.resight !== undefined);
    return {
      page,
      close,
      setFiles: (paths) => page.setInputFiles(`#${HEADLESS_FILES_ID}`, [...paths]),
      call: (name, ...args) =>
        page.evaluate(
          ([method, parameters]) => {
            const api = window.resight as unknown as Record<
              string,
              (...list: unknown[]) => unknown
            >; // checked by call's own signature
            return api[method]?.(...parameters);
          },
          [name, args] as [string, unknown[]],
        ) as never, // page.evaluate cannot follow the method's name to its result
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Serves the app on a free port, built anew when something it is made of has changed. */
export async function serveBuiltApp(log: (line: string) => void): Promise<StaticServer> {
  const reason = reasonToBuild(REPOSITORY);
  if (reason !== null) {
    log(`Building the app (${reason}) ...`);
    await buildApp(REPOSITORY, log);
  }
  return startStaticServer({ root: join(REPOSITORY, 'dist'), host: '127.0.0.1', port: 0 });
}

function query(options: HeadlessOptions): string {
  const parameters = new URLSearchParams({ [HEADLESS_PARAMETERS.headless]: '' });
  for (const [name, value] of Object.entries(options)) {
    const key = HEADLESS_PARAMETERS[name as keyof typeof HEADLESS_PARAMETERS]; // keys of HeadlessOptions
    if (value !== undefined) parameters.set(key, String(value));
  }
  return parameters.toString();
}
