import { spawn } from 'node:child_process';
import { access, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openHeadlessPage, type HeadlessOptions } from '../../server/analyze/headless-page';
import type { HeadlessRecordingBench } from '../../src/contracts/headless';

/** What the goal is stated for; the shared clips are smaller. */
const HEIGHT_PX = 720;
const OUT = join(import.meta.dirname, '../.out/bench');

/** Analysis with recording over analysis without, on one clip in one run. `clip` is made 720 lines high first, which needs ffmpeg. */
export async function benchRecord(
  options: HeadlessOptions,
  clip: string,
  log: (line: string) => void,
): Promise<HeadlessRecordingBench> {
  const video = await scaled(clip, join(OUT, `record-${HEIGHT_PX}.mp4`));
  const headless = await openHeadlessPage(options, log);
  try {
    await headless.setFiles([video]);
    return await headless.call('benchRecording', 0);
  } finally {
    await headless.close();
  }
}

/** Made once: the clip does not change. */
async function scaled(clip: string, target: string): Promise<string> {
  const isThere = await access(target).then(
    () => true,
    () => false,
  );
  if (isThere) return target;
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.part.mp4`;
  const filter = `scale=-2:${HEIGHT_PX}`;
  const encoding = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-an'];
  await ffmpeg(['-i', clip, '-vf', filter, ...encoding, part]);
  await rename(part, target);
  return target;
}

function ffmpeg(arguments_: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-loglevel', 'error', '-y', ...arguments_], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`ffmpeg ended with ${code ?? 'a signal'}`));
    });
  });
}
