import { describe, expect, it } from 'vitest';
import { PauseGate } from '../../../src/runtime/pause-gate';

describe('PauseGate', () => {
  it('holds everyone who comes while paused until it opens', async () => {
    const gate = new PauseGate();
    gate.set(true);
    const passed: string[] = [];
    const first = gate.whenOpen().then(() => passed.push('first'));
    const second = gate.whenOpen().then(() => passed.push('second'));
    await Promise.resolve();
    expect(passed).toEqual([]);
    gate.set(false);
    await Promise.all([first, second]);
    expect(passed).toEqual(['first', 'second']);
  });

  it('lets work through at once while open', async () => {
    await expect(new PauseGate().whenOpen()).resolves.toBeUndefined();
  });
});
