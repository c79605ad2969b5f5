/*
 * A thread that reads files from their start to their end and tells their SHA-256: computing it takes as long as all else that is done with the
 * bytes of an upload. JavaScript, for a thread of Node 20 reads no TypeScript.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

/** Read at once. */
const BUFFER_BYTES = 1024 * 1024;

const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

parentPort?.on('message', (/** @type {import('./file-digests').DigestQuestion} */ question) => {
  parentPort?.postMessage(answer(question));
});

/**
 * @param {import('./file-digests').DigestQuestion} question
 * @returns {import('./file-digests').DigestAnswer}
 */
function answer({ number, path }) {
  try {
    return { number, sha256: digestOf(path), failure: null };
  } catch (error) {
    return { number, sha256: null, failure: String(error) };
  }
}

/** @param {string} path */
function digestOf(path) {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const byteCount = readSync(file, buffer);
      if (byteCount === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, byteCount));
    }
  } finally {
    closeSync(file);
  }
}
