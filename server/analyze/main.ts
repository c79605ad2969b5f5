import { createWriteStream } from 'node:fs';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import type { HeadlessVideoSummary } from '../../src/contracts/headless';
import { outputNames, readAnalyzeArguments, USAGE, type AnalyzeArguments } from './arguments';
import { openHeadlessPage } from './headless-page';

const wanted = readOrExplain();
if (wanted) {
  try {
    await main(wanted);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

/** Null after telling what was wrong with the command line. */
function readOrExplain(): AnalyzeArguments | null {
  try {
    return readAnalyzeArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}\n`);
    process.exitCode = 1;
    return null;
  }
}

async function main({ videos, outDirectory, isJson, options }: AnalyzeArguments): Promise<void> {
  const log = (line: string): void => {
    (isJson ? process.stderr : process.stdout).write(`${line}\n`);
  };
  for (const video of videos) {
    await access(video).catch((cause: unknown) => {
      throw new Error(`Expected a video file at "${video}", found none.`, { cause });
    });
  }
  await mkdir(outDirectory, { recursive: true });
  let output: ReturnType<typeof createWriteStream> | null = null;
  const headless = await openHeadlessPage(options, log, async (lines) => {
    if (output?.write(`${lines.join('\n')}\n`) === false) {
      await new Promise<void>((drained) => output?.once('drain', () => drained()));
    }
  });
  const summaries: object[] = [];
  let failureCount = 0;
  try {
    await headless.setFiles(videos.map((video) => resolve(video)));
    for (const [index, name] of outputNames(videos).entries()) {
      const file = basename(videos[index] ?? name);
      log(`${file} ...`);
      output = createWriteStream(join(outDirectory, name));
      try {
        const summary = await headless.call('analyze', index);
        summaries.push(summaryOf(file, summary));
        log(describe(file, summary));
        if (summary.error) failureCount += 1;
      } catch (error) {
        failureCount += 1;
        log(`${file}: ${messageOf(error)}`);
        summaries.push({ file, error: messageOf(error) });
      } finally {
        output.end();
        await finished(output);
      }
    }
  } finally {
    await headless.close();
  }
  const line = JSON.stringify({ videos: summaries });
  await writeFile(join(outDirectory, 'summary.json'), `${line}\n`);
  if (isJson) process.stdout.write(`${line}\n`);
  if (failureCount > 0) process.exitCode = 1;
}

function summaryOf(file: string, summary: HeadlessVideoSummary): object {
  const { frames, videoSeconds, wallSeconds, detections, tracks, vehicles, stageMs, error } =
    summary;
  return {
    file,
    frames,
    videoSeconds,
    wallSeconds,
    detections,
    tracks,
    vehicles,
    stageMs,
    ...(error ? { error } : {}),
  };
}

function describe(file: string, summary: HeadlessVideoSummary): string {
  const { frames, wallSeconds, videoSeconds, tracks, vehicles, backend, error } = summary;
  const speed = (videoSeconds / wallSeconds).toFixed(2);
  const runtime = `${backend.provider}, ${backend.threadCount} threads, ${backend.inputSidePx} px`;
  const figures =
    `${file}: ${frames} frames in ${wallSeconds.toFixed(1)} s (${speed}x real time; ${runtime}), ` +
    `${tracks} tracks, ${vehicles} vehicles`;
  return error ? `${figures}\n${file}: ended early: ${error.message}` : figures;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
