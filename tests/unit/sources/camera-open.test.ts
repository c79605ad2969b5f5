import { describe, expect, test } from 'vitest';
import type { CameraSettings } from '../../../src/contracts/source';
import { toCameraError } from '../../../src/sources/camera-errors';
import { toConstraints } from '../../../src/sources/camera-open';
import { stableSourceId } from '../../../src/sources/source-id';

const SETTINGS: CameraSettings = { deviceId: null, heightPx: 480, facingMode: null, torch: false };

describe('asking for a camera', () => {
  test('insists on the chosen camera and on nothing else', () => {
    const wanted = toConstraints({
      ...SETTINGS,
      deviceId: 'abc',
      facingMode: 'user',
      heightPx: 1080,
    });
    expect(wanted).toEqual({
      deviceId: { exact: 'abc' },
      width: { ideal: 1920 },
      height: { ideal: 1080 },
      frameRate: { ideal: 30 },
    });
  });

  test('leaves the choice to the browser when there is no wish', () => {
    expect(Object.keys(toConstraints(SETTINGS)).sort()).toEqual(['frameRate', 'height', 'width']);
  });
});

describe('a failure of a camera', () => {
  test('that nobody foresaw is not given a wrong reason', () => {
    const cause = new Error('odd');
    const error = toCameraError(cause);
    expect(error.code).toBe('INTERNAL');
    expect(error.cause).toBe(cause);
    expect(error.message).toContain('odd');
  });
});

describe('the id of a source', () => {
  test('depends on every part and on the kind', async () => {
    const ids = await Promise.all([
      stableSourceId('camera', ['a', 'b']),
      stableSourceId('camera', ['a', 'c']),
      stableSourceId('camera', ['ab', '']),
      stableSourceId('file', ['a', 'b']),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await stableSourceId('camera', ['a', 'b'])).toBe(ids[0]);
  });
});
