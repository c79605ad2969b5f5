import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import type { BrowserCommand } from 'vitest/node';
import { sharedFolder } from './shared-folder.ts';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** A file below the shared folder as base64; null when the folder is not there. */
    readShared: (path: string) => Promise<string | null>;
    /** What ffprobe finds in a video given as base64; null when there is no ffprobe. */
    probeVideo: (video: string) => Promise<ProbedVideo | null>;
  }
}

/** A video as ffprobe sees it. */
export interface ProbedVideo {
  /** What it complained about; empty: nothing. */
  readonly complaints: string;
  readonly codec: string;
  /** Pictures that it decoded. */
  readonly frameCount: number;
  /** By the container, seconds; NaN: the container does not tell. */
  readonly durationS: number;
}

/** Lets browser tests read real pictures, which lie outside of what the test server serves. */
export const readShared: BrowserCommand<[path: string]> = async (_context, path) => {
  const folder = sharedFolder();
  if (folder === null) return null;
  if (normalize(path).startsWith('..')) throw new RangeError(`Expected a path inside, got ${path}`);
  return (await readFile(join(folder, path))).toString('base64');
};

/** Lets browser tests have a program that is not ours look at what was written. */
export const probeVideo: BrowserCommand<[video: string]> = async (_context, video) => {
  const folder = await mkdtemp(join(tmpdir(), 'resight-probe-'));
  try {
    const path = join(folder, 'video');
    await writeFile(path, Buffer.from(video, 'base64'));
    const entries = 'stream=codec_name,nb_read_frames:format=duration';
    const probed = await run('ffprobe', [
      ...['-v', 'error', '-select_streams', 'v', '-count_frames'],
      ...['-show_entries', entries, '-of', 'json', path],
    ]);
    if (probed === null) return null;
    const { streams = [], format = {} } = JSON.parse(probed.output || '{}') as {
      streams?: readonly { codec_name?: string; nb_read_frames?: string }[];
      format?: { duration?: string };
    }; // as ffprobe documents its output
    return {
      complaints: probed.complaints,
      codec: streams[0]?.codec_name ?? '',
      frameCount: Number(streams[0]?.nb_read_frames ?? NaN),
      durationS: Number(format.duration ?? NaN),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Null: there is no such program. */
function run(
  program: string,
  parameters: readonly string[],
): Promise<{ readonly output: string; readonly complaints: string } | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...parameters]);
    let output = '';
    let complaints = '';
    child.stdout.on('data', (piece) => (output += String(piece)));
    child.stderr.on('data', (piece) => (complaints += String(piece)));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(null);
      else reject(error);
    });
    child.on('close', () => resolve({ output, complaints }));
  });
}
