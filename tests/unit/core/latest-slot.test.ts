import { describe, expect, it } from 'vitest';
import { LatestSlot } from '../../../src/core/latest-slot';

function slotWithLog(): { slot: LatestSlot<string>; discarded: string[] } {
  const discarded: string[] = [];
  return { slot: new LatestSlot((value) => discarded.push(value)), discarded };
}

describe('LatestSlot', () => {
  it('keeps the newest value and discards the one nobody took', async () => {
    const { slot, discarded } = slotWithLog();
    slot.put('first');
    slot.put('second');
    expect(discarded).toEqual(['first']);
    expect(slot.replacedCount).toBe(1);
    expect(await slot.take()).toBe('second');
  });

  it('hands a value straight to a taker who waits', async () => {
    const { slot, discarded } = slotWithLog();
    const taken = slot.take();
    slot.put('value');
    expect(await taken).toBe('value');
    expect(discarded).toEqual([]);
    expect(slot.replacedCount).toBe(0);
  });

  it('gives every value to one taker only', async () => {
    const { slot } = slotWithLog();
    slot.put('value');
    expect(await slot.take()).toBe('value');
    const next = slot.take();
    slot.put('other');
    expect(await next).toBe('other');
  });

  it('refuses a second taker', () => {
    const { slot } = slotWithLog();
    void slot.take();
    expect(() => slot.take()).toThrow('one taker at a time');
  });

  it('wakes the taker with null, and discards what is left, when it ends', async () => {
    const waiting = slotWithLog();
    const taken = waiting.slot.take();
    waiting.slot.end();
    expect(await taken).toBeNull();

    const full = slotWithLog();
    full.slot.put('left');
    full.slot.end();
    expect(full.discarded).toEqual(['left']);
    expect(await full.slot.take()).toBeNull();
  });

  it('discards what arrives after the end', () => {
    const { slot, discarded } = slotWithLog();
    slot.end();
    slot.put('late');
    expect(discarded).toEqual(['late']);
    expect(slot.replacedCount).toBe(0);
  });
});
