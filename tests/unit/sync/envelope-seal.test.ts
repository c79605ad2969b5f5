import { createCipheriv, hkdfSync } from 'node:crypto';
import { Decrypter } from 'age-encryption';
import { beforeAll, describe, expect, it } from 'vitest';
import type { UploadPlan } from '../../../src/core/sync-format/sync-worker-api';
import { decryptText, encryptText, keyOf, makeKey } from '../../../src/sinks/sync/age-files';
import { openEnvelope } from '../../../src/sinks/sync/download-session';
import { planUpload } from '../../../src/sinks/sync/upload-session';

const NONCE_BYTES = 16;
const TAG_BYTES = 16;

const tampered: unknown = expect.objectContaining({ code: 'SYNC_TAMPERED' });

let plan: UploadPlan;
let vaultKey: string;

beforeAll(async () => {
  vaultKey = (await makeKey()).identity;
  const facts = {
    uploadId: 'upload-0001',
    sessionId: 'session-0001',
    runId: 'run-1',
    createdUnixMs: 1_778_587_200_000,
    title: 'North gate',
    cameras: ['North'],
    startUnixMs: 1_778_587_200_000,
    endUnixMs: 1_778_587_260_000,
    hasPictures: false,
  };
  plan = await planUpload(facts, new Blob(['A session']), vaultKey);
});

function open(envelope: string, key: string) {
  return openEnvelope({ id: plan.uploadId, envelope }, key);
}

/**
 * What age allows to anyone who can open a file: another text under the same header, which still opens for everybody it was made for
 * (https://age-encryption.org/v1: the payload's key follows from the file's key, which every recipient gets).
 */
async function withOtherText(base64: string, key: string, text: string): Promise<string> {
  const file = Buffer.from(base64, 'base64');
  const headerBytes = file.indexOf('\n', file.indexOf('\n---') + 1) + 1;
  const header = file.subarray(0, headerBytes);
  const nonce = file.subarray(headerBytes, headerBytes + NONCE_BYTES);
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  const fileKey = await decrypter.decryptHeader(header);
  const payloadKey = Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
  // One chunk, the last: a counter of 0, and 1.
  const cipher = createCipheriv(
    'chacha20-poly1305',
    payloadKey,
    Buffer.from('01'.padStart(24, '0'), 'hex'),
    {
      authTagLength: TAG_BYTES,
    },
  );
  const encrypted = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([header, nonce, ...encrypted]).toString('base64');
}

describe('the envelope of a session that was shared', () => {
  it('opens with the vault’s key, and with the one of the link', async () => {
    for (const key of [vaultKey, plan.sessionKey])
      expect((await open(plan.envelope, key)).title).toBe('North gate');
  });

  it('cannot be replaced, for those with the vault’s key, by somebody with a link', async () => {
    const text = await decryptText(Buffer.from(plan.envelope, 'base64'), plan.sessionKey);
    for (const [from, to] of [
      ['North gate', 'South gate'],
      ['1778587200000', '1778587200001'],
      ['"hasPictures":false', '"hasPictures":true '],
      [plan.sessionKey, (await makeKey()).identity],
    ] as const) {
      expect(text).toContain(from);
      const forged = await withOtherText(plan.envelope, plan.sessionKey, text.replaceAll(from, to));
      // It is a good age file for the vault's key: only the seal tells.
      expect(await decryptText(Buffer.from(forged, 'base64'), vaultKey)).toContain(to);
      await expect(open(forged, vaultKey)).rejects.toEqual(tampered);
    }
  });

  it('cannot be made anew by somebody who learns to whom it is encrypted', async () => {
    const { recipient } = await keyOf(vaultKey);
    const text = await decryptText(Buffer.from(plan.envelope, 'base64'), plan.sessionKey);
    const other = text.replaceAll('North gate', 'South gate');
    const forged = Buffer.from(await encryptText(other, [recipient])).toString('base64');
    await expect(open(forged, vaultKey)).rejects.toEqual(tampered);
  });
});
