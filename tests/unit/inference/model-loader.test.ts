import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../../../src/inference/model-loader';

const weights = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);
const cutOff = weights.slice(0, 4000);
const info = { id: 'm', bytes: weights.byteLength, sha256: sha256(weights) };

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Answers requests in turn and notes how each was made. */
function fakeFetch(answers: readonly (Uint8Array<ArrayBuffer> | number | Error)[]) {
  const caches: (RequestCache | undefined)[] = [];
  const fetch: typeof globalThis.fetch = (_url, init) => {
    const answer = answers[caches.length];
    caches.push(init?.cache);
    if (answer instanceof Error || answer === undefined) {
      return Promise.reject(answer ?? new Error('asked too often'));
    }
    return Promise.resolve(
      typeof answer === 'number' ? new Response(null, { status: answer }) : new Response(answer),
    );
  };
  return { fetch, caches };
}

describe('loading a model', () => {
  it('gives the bytes when length and hash are right', async () => {
    const { fetch, caches } = fakeFetch([weights]);
    expect(await loadModel(info, 'http://app/models/m', { fetch })).toEqual(weights);
    expect(caches).toEqual(['default']);
  });

  it('reports progress up to the last byte', async () => {
    const { fetch } = fakeFetch([weights]);
    const seen: (readonly [number, number])[] = [];
    const onProgress = (loaded: number, total: number): void => void seen.push([loaded, total]);
    expect(await loadModel(info, 'http://app/models/m', { fetch, onProgress })).toEqual(weights);
    expect(seen.at(-1)).toEqual([5000, 5000]);
  });

  it('fetches a cut-off file once more past the cache', async () => {
    const { fetch, caches } = fakeFetch([cutOff, weights]);
    expect(await loadModel(info, 'http://app/models/m', { fetch })).toEqual(weights);
    expect(caches).toEqual(['default', 'reload']);
  });

  it('says what it expected and found when the file stays wrong', async () => {
    const { fetch, caches } = fakeFetch([cutOff, cutOff, weights]);
    await expect(loadModel(info, 'http://app/models/m', { fetch })).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
      message:
        `Model m: expected 5,000 bytes with SHA-256 ${info.sha256}, ` +
        `found 4,000 bytes with SHA-256 ${sha256(cutOff)}`,
    });
    expect(caches).toHaveLength(2);
  });

  it('refuses a file of the right length with other bytes', async () => {
    const changed = weights.slice();
    changed[100] = 255;
    const { fetch } = fakeFetch([changed, changed]);
    await expect(loadModel(info, 'http://app/models/m', { fetch })).rejects.toMatchObject({
      code: 'MODEL_CORRUPT',
    });
  });

  it.each([
    ['is not there', 404],
    ['cannot be reached', new TypeError('Failed to fetch')],
  ])('throws MODEL_UNAVAILABLE when the file %s', async (_case, answer) => {
    const { fetch } = fakeFetch([answer]);
    await expect(loadModel(info, 'http://app/models/m', { fetch })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('http://app/models/m') as string,
    });
  });

  it('lets an abort be one', async () => {
    const { fetch } = fakeFetch([new DOMException('stop', 'AbortError')]);
    await expect(loadModel(info, 'http://app/models/m', { fetch })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
