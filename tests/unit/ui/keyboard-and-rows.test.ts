import { describe, expect, it } from 'vitest';
import { HEADING_HEIGHT, ROW_HEIGHT, RowLayout } from '../../../src/ui/gallery/row-layout';
import { commandFor, type KeyPress } from '../../../src/ui/shared/keyboard-commands';

const PRESS: KeyPress = {
  key: ' ',
  hasModifier: false,
  targetTag: 'body',
  isEditable: false,
  isDialogOpen: false,
};

describe('commandFor', () => {
  it('knows the keys of the page', () => {
    expect(commandFor(PRESS)).toBe('toggle-run');
    expect(commandFor({ ...PRESS, key: 'f' })).toBe('full-screen');
    expect(commandFor({ ...PRESS, key: '?' })).toBe('help');
    expect(commandFor({ ...PRESS, key: 'm' })).toBe('models');
    expect(commandFor({ ...PRESS, key: 'ArrowDown' })).toBe('next');
    expect(commandFor({ ...PRESS, key: 'ArrowUp' })).toBe('previous');
    expect(commandFor({ ...PRESS, key: 'q' })).toBeNull();
  });

  it.each(['input', 'select', 'textarea'])('leaves every key to a focused %s', (targetTag) => {
    for (const key of [' ', 'f', '?', 'ArrowDown']) {
      expect(commandFor({ ...PRESS, key, targetTag })).toBeNull();
    }
  });

  it('lets space press the focused button instead of pausing', () => {
    expect(commandFor({ ...PRESS, targetTag: 'button' })).toBeNull();
    expect(commandFor({ ...PRESS, key: 'ArrowDown', targetTag: 'button' })).toBe('next');
  });

  it('leaves the browser’s own shortcuts alone', () => {
    expect(commandFor({ ...PRESS, key: 'f', hasModifier: true })).toBeNull();
  });

  it('goes to the neighbours from an open vehicle, and lets up and down scroll it', () => {
    expect(commandFor({ ...PRESS, key: 'ArrowRight', isDialogOpen: true })).toBe('next');
    expect(commandFor({ ...PRESS, key: 'ArrowLeft', isDialogOpen: true })).toBe('previous');
    expect(commandFor({ ...PRESS, key: 'ArrowDown', isDialogOpen: true })).toBeNull();
    expect(commandFor({ ...PRESS, key: ' ', isDialogOpen: true })).toBeNull();
  });
});

describe('RowLayout', () => {
  it('puts vehicles in view first, each part under its heading', () => {
    const layout = new RowLayout(2, 3);
    const types = Array.from({ length: layout.rowCount }, (_, index) => layout.rowAt(index).type);
    expect(types).toEqual(['heading', 'live', 'live', 'heading', 'stored', 'stored', 'stored']);
    expect(layout.topOf(4)).toBe(2 * HEADING_HEIGHT + 2 * ROW_HEIGHT);
    expect(layout.height).toBe(2 * HEADING_HEIGHT + 5 * ROW_HEIGHT);
  });

  it('has no heading over nothing', () => {
    expect(new RowLayout(0, 0).rowCount).toBe(0);
    expect(new RowLayout(0, 2).rowAt(0)).toEqual({ type: 'heading', section: 'stored' });
    expect(new RowLayout(2, 0).rowCount).toBe(3);
  });

  it('makes a screenful of rows however long the list is, and always covers what is in sight', () => {
    const layout = new RowLayout(3, 12_000);
    for (const scrollTop of [0, 1, 500, 84_321, layout.height - 800]) {
      const { first, end } = layout.rowsIn(scrollTop, 800);
      expect(end - first).toBeLessThan(26);
      expect(layout.topOf(first)).toBeLessThanOrEqual(scrollTop);
      expect(layout.topOf(end)).toBeGreaterThanOrEqual(Math.min(layout.height, scrollTop + 800));
    }
  });

  it('finds a vehicle’s row from its place in either part', () => {
    const layout = new RowLayout(2, 5);
    expect(layout.rowAt(layout.positionOf('live', 1))).toEqual({ type: 'live', index: 1 });
    expect(layout.rowAt(layout.positionOf('stored', 4))).toEqual({ type: 'stored', index: 4 });
    expect(layout.positionOf('stored', -1)).toBe(-1);
  });
});
