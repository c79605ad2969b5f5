import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { chromiumArguments } from '../../server/analyze/launch-chromium';
import { CHROMIUM_HELP, findChromium } from '../../server/find-chromium';
import type { ExportFormat } from '../../src/contracts/export';
import type * as hour from './make-hour-export';
import { MemoryWatch } from './memory-watch';

type HourSession = hour.HourSession;
type HourExport = hour.HourExport;

const REPOSITORY = join(import.meta.dirname, '../..');
const PAGE_MODULE = '/tests/bench/make-hour-export.ts';
const HOUR_S = 3600;

/** Formats that are text, or a ZIP of it. */
const TEXT_FORMATS: readonly ExportFormat[] = [
  'sightings-csv',
  'tracks-csv',
  'json-lines',
  'mot',
  'coco',
  'webvtt',
  'geojson',
  'html-report',
];

/** One format's part. */
export interface FormatFigures extends HourExport {
  /** Most memory of all of Chromium's processes together, over what they had before; null: this system does not tell. */
  readonly extraMegabytes: number | null;
}

/** What exporting a session of an hour costs. */
export interface ExportHourFigures {
  /** The session file, which has all text formats in it, seconds. */
  readonly exportHourFileSeconds: number;
  /** The slowest text format, seconds. */
  readonly exportHourSeconds: number;
  /** The one that takes most, megabytes; NaN: this system does not tell. */
  readonly exportHourExtraMegabytes: number;
  readonly frameCount: number;
  readonly boxCount: number;
  readonly formats: Readonly<Partial<Record<ExportFormat, FormatFigures>>>;
}

/** Exports a generated results-only session of an hour, 20 objects at 10 Hz, in each text format, in a Chromium. */
export async function benchExportHour(log: (line: string) => void): Promise<ExportHourFigures> {
  const server = await serveModules();
  const profile = await mkdtemp(join(tmpdir(), 'resight-bench-'));
  let context: BrowserContext | null = null;
  try {
    context = await launchOnDisk(profile);
    const page = await openPage(context, server);
    const session = await page.evaluate(
      async ([path, seconds]) => {
        const module = (await import(path)) as typeof hour; // served from there
        return module.storeHour(seconds);
      },
      [PAGE_MODULE, HOUR_S] as const,
    );
    log(`stored an hour: ${session.frameCount} frames, ${session.boxCount} boxes`);
    return await measure(page, profile, session, log);
  } finally {
    await context?.close();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** With a profile of its own: without one Chromium keeps private files in memory, which would be counted here. */
function launchOnDisk(profile: string): Promise<BrowserContext> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(CHROMIUM_HELP);
  return chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...chromiumArguments()],
  });
}

async function measure(
  page: Page,
  profile: string,
  { id, frameCount, boxCount }: HourSession,
  log: (line: string) => void,
): Promise<ExportHourFigures> {
  // Starts the worker, which is not what is measured.
  await exportOnce(page, id, 'geojson');
  const formats: Partial<Record<ExportFormat, FormatFigures>> = {};
  for (const format of [...TEXT_FORMATS, 'session-file'] as const) {
    const watch = await MemoryWatch.start(profile);
    const figures = await exportOnce(page, id, format);
    formats[format] = { ...figures, extraMegabytes: await watch.stop() };
    log(`${format}: ${JSON.stringify(formats[format])}`);
  }
  const all = Object.values(formats);
  const texts = TEXT_FORMATS.map((format) => formats[format]?.seconds ?? NaN);
  return {
    exportHourFileSeconds: formats['session-file']?.seconds ?? NaN,
    exportHourSeconds: Math.max(...texts),
    exportHourExtraMegabytes: Math.max(...all.map(({ extraMegabytes }) => extraMegabytes ?? NaN)),
    frameCount,
    boxCount,
    formats,
  };
}

function exportOnce(page: Page, id: string, format: ExportFormat): Promise<HourExport> {
  return page.evaluate(
    async ([path, sessionId, wanted]) => {
      const module = (await import(path)) as typeof hour; // served from there
      return module.exportHour(sessionId, wanted);
    },
    [PAGE_MODULE, id, format] as const,
  );
}

/** Serves this repository's modules as the tests in a browser get them. */
async function serveModules(): Promise<ViteDevServer> {
  const server = await createServer({
    configFile: join(REPOSITORY, 'vite.config.ts'),
    root: REPOSITORY,
    cacheDir: join(tmpdir(), 'resight-bench-vite'),
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
    // All packages that are needed are modules already; bundling them anew would load the page again in mid-bench.
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  return server.listen();
}

async function openPage(context: BrowserContext, server: ViteDevServer): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  const [address] = server.resolvedUrls?.local ?? [];
  if (address === undefined) throw new Error('Expected the server to listen');
  const url = new URL('/bench', address).href;
  await page.route(url, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Bench</title>' }),
  );
  await page.goto(url);
  return page;
}
