import { describe, expect, it } from 'vitest';
import { ReplayPlayer } from '../../../src/runtime/replay/replay-player';
import type { ShownPicture } from '../../../src/runtime/replay/shown-picture';
import {
  alteredSession,
  MADE_RESULT_SET,
  makeSession,
  type SessionChoice,
} from '../../support/make-session';

/** A player of a session without video, on a clock the test moves. */
function open(choice: SessionChoice = {}) {
  const reader = makeSession(choice);
  let nowMs = 0;
  const player = new ReplayPlayer({ reader, resultSet: MADE_RESULT_SET, now: () => nowMs });
  const shown: ShownPicture[] = [];
  player.onShow((picture) => shown.push(picture));
  return {
    player,
    reader,
    shown,
    times: () => shown.map(({ timeUs }) => timeUs),
    /** Display frames for a while; reading results takes some turns of the event loop. */
    run: async (forMs: number, frameMs = 16) => {
      for (let passedMs = 0; passedMs < forMs && player.state.isPlaying; passedMs += frameMs) {
        nowMs += frameMs;
        player.tick();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

async function frameTimes(reader: ReturnType<typeof makeSession>): Promise<readonly number[]> {
  const times: number[] = [];
  for await (const { captureTimeUs } of reader.frames(MADE_RESULT_SET, null))
    times.push(captureTimeUs);
  return times;
}

describe('replay player without video', () => {
  it('steps through every analysed frame and back', async () => {
    const { player, reader, times, shown } = open({ durationS: 4 });
    const all = await frameTimes(reader);
    await player.seek(reader.header.startUs);
    for (let step = 1; step < all.length; step += 1) await player.step(1);
    await player.step(1);
    for (let step = 1; step < all.length; step += 1) await player.step(-1);
    expect(times()).toEqual([...all, ...all.slice(0, -1).reverse()]);
    expect(shown.every(({ missing }) => missing === 'results-only')).toBe(true);
    expect(shown.every(({ timeUs, overlay }) => overlay.exact?.captureTimeUs === timeUs)).toBe(
      true,
    );
  });

  it('plays all frames in order at once the speed, and ends at the last', async () => {
    const { player, reader, times, run } = open({ durationS: 4 });
    const all = await frameTimes(reader);
    await player.seek(reader.header.startUs);
    player.play();
    await run(6000);
    expect(player.state.isPlaying).toBe(false);
    expect(player.positionUs).toBe(reader.header.endUs);
    expect([...new Set(times())]).toEqual(all);
  });

  it('leaves frames out at eight times the speed, and is no later for it', async () => {
    const { player, reader, times, run } = open({ durationS: 40, framesPerSecond: 30 });
    await player.seek(reader.header.startUs);
    player.setSpeed(8);
    player.play();
    await run(100);
    const beforeUs = player.positionUs;
    await run(2000);
    const passedUs = player.positionUs - beforeUs;
    expect(passedUs).toBeGreaterThan(15.5e6);
    expect(player.positionUs - (times().at(-1) ?? 0)).toBeLessThan(100_000);
    player.close();
  });

  it('says where nothing was recorded, for a moment, and plays on behind it', async () => {
    const { player, reader, shown, run } = open({ durationS: 60, gap: { from: 0.1, to: 0.9 } });
    const [gap] = reader.header.gaps;
    if (!gap) throw new Error('Expected a gap');
    await player.seek(gap.startUs - 200_000);
    player.play();
    await run(3000);
    expect(shown.some(({ missing, overlay }) => missing === 'gap' && !overlay.nearest)).toBe(true);
    expect(player.positionUs).toBeGreaterThan(gap.endUs);
    player.close();
  });

  it('goes round between in and out point', async () => {
    const { player, reader, times, run } = open({ durationS: 10 });
    const range = { startUs: reader.header.startUs + 2e6, endUs: reader.header.startUs + 3e6 };
    player.setRange(range);
    player.setLooping(true);
    await player.seek(range.startUs);
    player.play();
    await run(5000);
    expect(player.state.isPlaying).toBe(true);
    expect(Math.max(...times())).toBeLessThanOrEqual(range.endUs);
    const rounds = times().filter((timeUs, index) => timeUs < (times()[index - 1] ?? 0)).length;
    expect(rounds).toBeGreaterThanOrEqual(3);
    player.close();
  });

  it('begins anew when it stands at the end', async () => {
    const { player, reader, run } = open({ durationS: 3 });
    await player.seek(reader.header.endUs);
    player.play();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await run(500);
    expect(player.positionUs).toBeLessThan(reader.header.startUs + 1e6);
    player.close();
  });

  it('pauses at the time of what is shown', async () => {
    const { player, reader, times, run } = open({ durationS: 10 });
    await player.seek(reader.header.startUs);
    player.play();
    await run(1000);
    player.pause();
    expect(player.positionUs).toBe(times().at(-1));
  });

  it('keeps several cameras on one clock', async () => {
    const { player, reader, shown } = open({ durationS: 4, cameraCount: 2 });
    const atUs = reader.header.startUs + 2e6;
    await player.seek(atUs);
    expect(shown.map(({ camera }) => camera.cameraId).sort()).toEqual(['camera-a', 'camera-b']);
    for (const { timeUs } of shown) {
      expect(timeUs).toBeLessThanOrEqual(atUs + 500);
      expect(atUs - timeUs).toBeLessThan(150_000);
    }
  });

  it('tells of results that cannot be read, and plays what can', async () => {
    const made = makeSession({ durationS: 60 });
    const reader = alteredSession(made, {
      frames: (set, range) => {
        if (range && range.startUs >= 20e6 && range.endUs < 30e6) throw new Error('torn');
        return made.frames(set, range);
      },
    });
    const player = new ReplayPlayer({ reader, resultSet: MADE_RESULT_SET });
    const missing: (string | null)[] = [];
    player.onShow((picture) => missing.push(picture.missing));
    await player.seek(25e6);
    await player.seek(45e6);
    expect(missing).toEqual(['gap', 'results-only']);
    expect(player.state.damages).toHaveLength(1);
    expect(player.state.damages[0]).toMatchObject({ startUs: 20e6 });
    player.close();
  });
});
