import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureClips, type Clips } from '../fixtures/make-clips';

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, '../..');

function analyze(...args: string[]): ReturnType<typeof run> {
  const command = [join(REPOSITORY, 'node_modules/tsx/dist/cli.mjs'), 'server/analyze/main.ts'];
  return run(process.execPath, [...command, ...args], { cwd: REPOSITORY });
}

interface Line {
  readonly type: string;
  readonly timeUs?: number;
  readonly detections?: readonly unknown[];
}

describe('npm run analyze', () => {
  let clips: Clips;
  let out: string;

  beforeAll(async () => {
    clips = await ensureClips();
    out = await mkdtemp(join(tmpdir(), 'resight-analyze-'));
  }, 300_000);

  afterAll(async () => {
    await rm(out, { recursive: true, force: true });
  });

  it('prints one JSON line and writes one JSON Lines file a video', async () => {
    const quick = ['--fps', '6', '--side', '320'];
    const { stdout } = await analyze(clips.mov, clips.mkv, '--out', out, ...quick, '--json');
    const lines = String(stdout).trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    const summary = JSON.parse(lines[0] ?? '') as { videos: Record<string, unknown>[] };
    expect(summary.videos).toHaveLength(2);
    for (const [index, file] of ['street.mov', 'street.mkv'].entries()) {
      expect(summary.videos[index]).toMatchObject({ file, vehicles: 2, tracks: 3 });
      expect(Object.keys(summary.videos[index]?.['stageMs'] ?? {})).toEqual([
        'decode',
        'prepare',
        'detect',
        'track',
        'embed',
        'match',
      ]);
    }
    const written = (await readFile(join(out, 'street.jsonl'), 'utf8')).trimEnd().split('\n');
    const parsed = written.map((line) => JSON.parse(line) as Line);
    const frames = parsed.filter(({ type }) => type === 'frame');
    expect(parsed[0]?.type).toBe('session');
    expect(parsed.at(-1)?.type).toBe('summary');
    expect(frames).toHaveLength(Number(summary.videos[0]?.['frames']));
    expect(frames.some(({ detections = [] }) => detections.length > 0)).toBe(true);
    const times = frames.map(({ timeUs = -1 }) => timeUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(parsed.some(({ type }) => type === 'sighting')).toBe(true);
  }, 300_000);

  it('goes on with the other videos when one is no good, and says so with its exit code', async () => {
    const failed = await analyze(clips.garbage, '--out', out, '--json').then(
      () => null,
      (error: unknown) => error as { code: number; stdout: string }, // as execFile rejects
    );
    expect(failed?.code).toBe(1);
    expect(JSON.parse(failed?.stdout ?? '')).toMatchObject({ videos: [{ file: 'garbage.mp4' }] });
  }, 120_000);

  it('explains itself when the command line is wrong', async () => {
    await expect(analyze('--out', out)).rejects.toMatchObject({
      stderr: expect.stringContaining('Expected at least one video file') as unknown,
    });
  }, 60_000);
});
