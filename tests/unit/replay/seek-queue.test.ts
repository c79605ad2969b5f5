import { describe, expect, it } from 'vitest';
import { SeekQueue, type SeekRequest } from '../../../src/runtime/replay/seek-queue';

/** A queue whose steps end when the test says so. */
function heldQueue() {
  const steps: {
    readonly timeUs: number;
    readonly isQuick: boolean;
    readonly signal: AbortSignal;
    readonly end: (isThere: boolean) => void;
  }[] = [];
  const queue = new SeekQueue(
    ({ timeUs }, isQuick, signal) =>
      new Promise((resolve) => steps.push({ timeUs, isQuick, signal, end: resolve })),
  );
  const last = () => {
    const step = steps.at(-1);
    if (!step) throw new Error('Expected a step, found none');
    return step;
  };
  return { queue, steps, last };
}

const to = (timeUs: number, isQuickFirst = true): SeekRequest => ({
  timeUs,
  isSteppingBack: false,
  isQuickFirst,
});
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('seek queue', () => {
  it('shows something quick first, then the exact one', async () => {
    const { queue, steps, last } = heldQueue();
    const done = queue.request(to(7));
    expect(last()).toMatchObject({ timeUs: 7, isQuick: true });
    last().end(false);
    await settled();
    expect(last()).toMatchObject({ timeUs: 7, isQuick: false });
    last().end(true);
    await done;
    expect(steps).toHaveLength(2);
    expect(queue.isBusy).toBe(false);
  });

  it('does no exact step where the quick one was exact already', async () => {
    const { queue, steps, last } = heldQueue();
    const done = queue.request(to(7));
    last().end(true);
    await done;
    expect(steps).toHaveLength(1);
  });

  it('serves the last of many requests, and finishes a quick step that is under way', async () => {
    const { queue, steps, last } = heldQueue();
    void queue.request(to(1));
    for (const timeUs of [2, 3, 4]) void queue.request(to(timeUs));
    const done = queue.request(to(5));
    expect(steps).toHaveLength(1);
    expect(last().signal.aborted).toBe(false);
    last().end(false);
    await settled();
    expect(last()).toMatchObject({ timeUs: 5, isQuick: true });
    last().end(true);
    await done;
    expect(steps.map(({ timeUs }) => timeUs)).toEqual([1, 5]);
  });

  it('gives up an exact step for a newer request', async () => {
    const { queue, steps, last } = heldQueue();
    void queue.request(to(1, false));
    const first = last();
    const done = queue.request(to(2, false));
    expect(first.signal.aborted).toBe(true);
    first.end(false);
    await settled();
    expect(last()).toMatchObject({ timeUs: 2, isQuick: false });
    last().end(true);
    await done;
    expect(steps).toHaveLength(2);
  });

  it('serves a request that comes the moment the one before is done', async () => {
    const { queue, last } = heldQueue();
    let second: Promise<void> | null = null;
    const first = queue.request(to(1, false)).then(() => {
      second = queue.request(to(2, false));
    });
    last().end(true);
    await first;
    expect(last()).toMatchObject({ timeUs: 2 });
    last().end(true);
    await expect(second).resolves.toBeUndefined();
  });

  it('does nothing any more once it is closed', async () => {
    const { queue, steps, last } = heldQueue();
    void queue.request(to(1));
    queue.close();
    expect(last().signal.aborted).toBe(true);
    last().end(false);
    await queue.request(to(2));
    expect(steps).toHaveLength(1);
  });
});
