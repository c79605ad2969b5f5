import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryLocks } from '../../../../../server/endpoint/uploads/memory-locks';

/** Of a request that goes on. */
const going = () => new AbortController().signal;

describe('locks of one process', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are held by one at a time, in the order of asking', async () => {
    const locks = new MemoryLocks();
    const order: string[] = [];
    const run = (name: string) =>
      locks.withLock('a.0', async () => {
        order.push(`${name} begins`);
        await vi.advanceTimersByTimeAsync(10);
        order.push(`${name} ends`);
      });
    await Promise.all([run('first'), run('second'), run('third')]);
    expect(order).toEqual(
      ['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  it('of different pieces do not wait for each other', async () => {
    const locks = new MemoryLocks();
    const result = await locks.withLock('a.0', () =>
      locks.withLock('a.1', () => Promise.resolve('both')),
    );
    expect(result).toBe('both');
  });

  it('tell the holder that somebody waits', async () => {
    const locks = new MemoryLocks();
    const holder = locks.newLock('a.0');
    const cancel = vi.fn(() => void holder.unlock());
    await holder.lock(going(), cancel);
    await locks.newLock('a.0').lock(going(), () => undefined);
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('are not taken by a request that broke while it waited', async () => {
    const locks = new MemoryLocks();
    const holder = locks.newLock('a.0');
    await holder.lock(going(), () => undefined);
    const broken = new AbortController();
    const waiting = locks.newLock('a.0').lock(broken.signal, () => undefined);
    broken.abort();
    const refused = expect(waiting).rejects.toMatchObject({ code: 'CONFLICT' });
    await holder.unlock();
    await refused;
    await expect(locks.withLock('a.0', () => Promise.resolve('free'))).resolves.toBe('free');
  });

  it('are refused after a while when the holder does not let go', async () => {
    const locks = new MemoryLocks();
    await locks.newLock('a.0').lock(going(), () => undefined);
    const refused = expect(
      locks.newLock('a.0').lock(going(), () => undefined),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  });

  it('freed by one that no longer holds it stay with the one that does', async () => {
    const locks = new MemoryLocks();
    const first = locks.newLock('a.0');
    await first.lock(going(), () => undefined);
    await first.unlock();
    await locks.newLock('a.0').lock(going(), () => undefined);
    await first.unlock();
    const waiting = expect(
      locks.newLock('a.0').lock(going(), () => undefined),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    await vi.advanceTimersByTimeAsync(10_000);
    await waiting;
  });
});
