import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { sha256Text } from './session-schema';
import { sha256Hex } from './sha256-stream';

/*
 * The signature of a manifest: ECDSA on P-256 with SHA-256 over its exact bytes, by a key that belongs to one device. It shows that
 * nothing was changed since that key signed; whose key it is only people can tell, by its fingerprint.
 */

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const SIGNATURE_FORMAT = 'resight-signature';

/** What does not fit is no signature of this app. */
export const MAX_SIGNATURE_BYTES = 4096;

/** 32 bytes. */
const base64url = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));

const signatureSchema = v.object({
  format: v.literal(SIGNATURE_FORMAT),
  version: v.literal(1),
  algorithm: v.literal('ECDSA-P256-SHA256'),
  /** JSON Web Key, RFC 7517. */
  publicKey: v.object({
    kty: v.literal('EC'),
    crv: v.literal('P-256'),
    x: base64url,
    y: base64url,
  }),
  /** SHA-256 of the key's 65 bytes as an uncompressed point (SEC 1, section 2.3.3), hexadecimal. */
  keyFingerprint: sha256Text,
  /** Of the manifest: tells which of the two was changed when they do not fit. */
  manifestSha256: sha256Text,
  signedUnixMs: v.pipe(v.number(), v.safeInteger()),
  /** r and s, 32 bytes each (IEEE P1363), hexadecimal. */
  signature: v.pipe(v.string(), v.regex(/^[0-9a-f]{128}$/)),
});

type Signature = v.InferOutput<typeof signatureSchema>;

/** SHA-256 of a public key, in hexadecimal: the same for everything a device signs. */
export async function keyFingerprint(publicKey: CryptoKey): Promise<string> {
  return sha256Hex(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)));
}

/**
 * Makes `signature.json` of the exact bytes of a manifest. `key`: ECDSA on P-256, its private half need not be extractable;
 * `signedUnixMs`: the manifest's `exportedUnixMs`.
 */
export async function signManifest(
  manifest: Uint8Array<ArrayBuffer>,
  signedUnixMs: number,
  key: CryptoKeyPair,
): Promise<Uint8Array<ArrayBuffer>> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key.publicKey);
  const signed = await crypto.subtle.sign(SIGNING, key.privateKey, manifest);
  const signature = v.parse(signatureSchema, {
    format: SIGNATURE_FORMAT,
    version: 1,
    algorithm: 'ECDSA-P256-SHA256',
    publicKey: { kty, crv, x, y },
    keyFingerprint: await keyFingerprint(key.publicKey),
    manifestSha256: await sha256Hex(manifest),
    signedUnixMs,
    signature: bytesToHex(new Uint8Array(signed)),
  });
  return written(signature);
}

/** What a signature says about the bytes of a manifest. */
export interface SignatureCheck {
  /** What was expected and found; null: it is valid. */
  readonly problem: string | null;
  /** False: the manifest is not the one that was signed. True also where only the signature can be blamed. */
  readonly isManifestIntact: boolean;
  /** Of the key in it; null: it cannot be read. */
  readonly keyFingerprint: string | null;
  readonly signedUnixMs: number | null;
}

/**
 * Checks the bytes of `signature.json`, whatever they are, against those of the manifest, and against what the manifest says of its
 * signature (null: the manifest cannot be read).
 */
export async function checkSignature(
  bytes: Uint8Array,
  manifest: Uint8Array<ArrayBuffer>,
  said: { readonly exportedUnixMs: number; readonly keyFingerprint: string | null } | null,
): Promise<SignatureCheck> {
  const signature = readSignature(bytes);
  const key = signature && (await readKey(signature.publicKey));
  if (!signature || !key)
    return {
      problem: 'expected a signature exactly as the app writes it, found something else',
      isManifestIntact: true,
      keyFingerprint: null,
      signedUnixMs: null,
    };
  const { signedUnixMs } = signature;
  const fingerprint = await keyFingerprint(key);
  const facts = { keyFingerprint: fingerprint, signedUnixMs };
  const answer = (problem: string | null, isManifestIntact = true): SignatureCheck => ({
    problem,
    isManifestIntact,
    ...facts,
  });
  const digest = await sha256Hex(manifest);
  const isSigned = await crypto.subtle.verify(
    SIGNING,
    key,
    new Uint8Array(hexToBytes(signature.signature)),
    manifest,
  );
  if (!isSigned && digest !== signature.manifestSha256)
    return answer(
      `expected a manifest with SHA-256 ${signature.manifestSha256}, found ${digest}`,
      false,
    );
  if (!isSigned) return answer('expected the signature of this manifest, found another one');
  return answer(
    difference('SHA-256 of the manifest', digest, signature.manifestSha256) ??
      difference('fingerprint', fingerprint, signature.keyFingerprint) ??
      (said && difference('time', said.exportedUnixMs, signedUnixMs)) ??
      (said && difference('key', said.keyFingerprint, fingerprint)),
  );
}

function difference<T extends string | number | null>(
  what: string,
  expected: T,
  found: T,
): string | null {
  return expected === found ? null : `expected the ${what} ${expected}, found ${found}`;
}

/** Null for anything but exactly what {@link signManifest} writes: each byte of the file counts. */
function readSignature(bytes: Uint8Array): Signature | null {
  if (bytes.length > MAX_SIGNATURE_BYTES) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const result = v.safeParse(signatureSchema, value);
    if (!result.success) return null;
    const canonical = written(result.output);
    const isCanonical =
      canonical.length === bytes.length && canonical.every((byte, index) => byte === bytes[index]);
    return isCanonical ? result.output : null;
  } catch {
    // Neither text nor JSON: not a signature, which is what null says.
    return null;
  }
}

/** Null unless it is a point of the curve, written the one way there is. */
async function readKey(publicKey: Signature['publicKey']): Promise<CryptoKey | null> {
  try {
    const key = await crypto.subtle.importKey('jwk', publicKey, ALGORITHM, true, ['verify']);
    // Two bits of each number's last letter mean nothing, and not every browser minds them.
    const { x, y } = await crypto.subtle.exportKey('jwk', key);
    return x === publicKey.x && y === publicKey.y ? key : null;
  } catch {
    // No point of the curve: not a key, which is what null says.
    return null;
  }
}

function written(signature: Signature): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(signature, null, 1)}\n`);
}
