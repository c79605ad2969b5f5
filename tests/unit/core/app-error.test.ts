import { describe, expect, it } from 'vitest';
import { AppError, isAbort, isErrorData, toErrorData } from '../../../src/core/app-error';

describe('AppError', () => {
  it('carries its code, its message and what caused it', () => {
    const cause = new Error('disk');
    const error = new AppError('STORAGE_FULL', 'Expected 10 MiB free, found 2 MiB', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('AppError');
    expect(error.code).toBe('STORAGE_FULL');
    expect(error.cause).toBe(cause);
  });
});

describe('toErrorData', () => {
  it('keeps the code of an AppError, also of one that crossed a thread', () => {
    const data = { code: 'CAMERA_LOST', message: 'unplugged' };
    expect(toErrorData(new AppError('CAMERA_LOST', 'unplugged'))).toEqual(data);
    expect(toErrorData({ ...data, stack: 'left behind' })).toEqual(data);
  });

  it('calls everything else internal and says what it was', () => {
    expect(toErrorData(new TypeError('x is not a function'))).toEqual({
      code: 'INTERNAL',
      message: 'TypeError: x is not a function',
    });
    expect(toErrorData('a word')).toEqual({ code: 'INTERNAL', message: 'a word' });
    expect(toErrorData(null)).toEqual({ code: 'INTERNAL', message: 'null' });
  });
});

describe('isErrorData', () => {
  it('refuses unknown codes and incomplete data', () => {
    expect(isErrorData({ code: 'CAMERA_LOST', message: '' })).toBe(true);
    expect(isErrorData({ code: 'NO_SUCH_CODE', message: '' })).toBe(false);
    expect(isErrorData({ code: 'CAMERA_LOST' })).toBe(false);
    expect(isErrorData(undefined)).toBe(false);
  });
});

describe('isAbort', () => {
  it('knows the exception of an aborted signal from other errors', () => {
    const controller = new AbortController();
    controller.abort();
    expect(isAbort(controller.signal.reason)).toBe(true);
    expect(isAbort(new Error('aborted'))).toBe(false);
    expect(isAbort('AbortError')).toBe(false);
  });
});
