import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { AppError } from '../../core/app-error';

/** age's own: about a second on a computer, some on a phone; 256 MiB of memory. */
export const USUAL_WORK_FACTOR = 18;

/** A key and what is encrypted to it. */
export interface KeyPair {
  /** `AGE-SECRET-KEY-1...` */
  readonly identity: string;
  /** `age1...`; kept as secret as the identity, see core/sync-format/envelope.ts. */
  readonly recipient: string;
}

/** A new X25519 key. */
export async function makeKey(): Promise<KeyPair> {
  return keyOf(await generateX25519Identity());
}

/** Throws AppError SYNC_WRONG_KEY for what is no key. */
export async function keyOf(identity: string): Promise<KeyPair> {
  try {
    return { identity, recipient: await identityToRecipient(identity) };
  } catch (error) {
    throw noKey(error);
  }
}

/** Encrypts something small to some keys; each of them opens it. */
export function encryptText(text: string, recipients: readonly string[]): Promise<Bytes> {
  return encryptTo(recipients).encrypt(text).then(owned);
}

/** Throws AppError SYNC_WRONG_KEY: made for another key, or changed in its header, which looks the same; SYNC_TAMPERED: changed. */
export async function decryptText(bytes: Uint8Array, identity: string): Promise<string> {
  const decrypter = decryptWith(identity);
  try {
    return await decrypter.decrypt(bytes, 'text');
  } catch (error) {
    throw isOfAnotherKey(error)
      ? new AppError('SYNC_WRONG_KEY', 'Expected something encrypted for this key, found none', {
          cause: error,
        })
      : tampered(error);
  }
}

/** Encrypts a piece as it is read, in chunks of 64 KiB. */
export async function encryptPiece(
  piece: Blob,
  recipient: string,
  write: (bytes: Uint8Array, position: number) => void,
): Promise<number> {
  const encrypted = await encryptTo([recipient]).encrypt(piece.stream());
  let position = 0;
  await encrypted.pipeTo(
    new WritableStream({
      write: (bytes: Uint8Array) => {
        write(bytes, position);
        position += bytes.length;
      },
    }),
  );
  return position;
}

/** Throws AppError SYNC_TAMPERED: the key is known to be the right one. */
export async function decryptPiece(bytes: Uint8Array, identity: string): Promise<Bytes> {
  const decrypter = decryptWith(identity);
  try {
    return owned(await decrypter.decrypt(bytes));
  } catch (error) {
    throw tampered(error);
  }
}

/** Encrypts by a passphrase. `workFactor`: base-2 logarithm of scrypt's N; tests take a small one. */
export function sealByPassphrase(
  text: string,
  passphrase: string,
  workFactor: number,
): Promise<Bytes> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(workFactor);
  return encrypter.encrypt(text).then(owned);
}

/**
 * Throws AppError SYNC_WRONG_KEY; SYNC_TAMPERED for what would take more time and memory than {@link USUAL_WORK_FACTOR}: an endpoint could ask for
 * the gigabyte that ends the app on a phone.
 */
export async function openByPassphrase(bytes: Uint8Array, passphrase: string): Promise<string> {
  const workFactor = workFactorOf(bytes);
  if (workFactor > USUAL_WORK_FACTOR)
    throw new AppError(
      'SYNC_TAMPERED',
      `Expected a work factor of at most ${USUAL_WORK_FACTOR}, found ${workFactor}`,
    );
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(bytes, 'text');
  } catch (error) {
    throw new AppError('SYNC_WRONG_KEY', 'Expected the passphrase of the vault, found another', {
      cause: error,
    });
  }
}

/** As the second line of the file says (https://age-encryption.org/v1, scrypt recipient); 0: it says nothing of the kind. */
function workFactorOf(bytes: Uint8Array): number {
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  return Number(/^[^\n]*\n-> scrypt \S+ (\d+)\n/.exec(header)?.[1] ?? 0);
}

type Bytes = Uint8Array<ArrayBuffer>;

function encryptTo(recipients: readonly string[]): Encrypter {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter;
}

/** Throws AppError SYNC_WRONG_KEY for what is no key, as one that was cut or mistyped. */
function decryptWith(identity: string): Decrypter {
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(identity);
  } catch (error) {
    throw noKey(error);
  }
  return decrypter;
}

function noKey(cause: unknown): AppError {
  return new AppError('SYNC_WRONG_KEY', 'Expected a key that begins with AGE-SECRET-KEY-1', {
    cause,
  });
}

/** The library makes its own buffers, which are never shared ones; its types do not say so. */
function owned(bytes: Uint8Array): Bytes {
  return bytes as Bytes;
}

/** The library throws plain errors: this is how it says that no stanza of the header is for the key. */
function isOfAnotherKey(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no identity matched');
}

function tampered(error: unknown): AppError {
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('SYNC_TAMPERED', `Expected bytes as they were encrypted, found: ${reason}`, {
    cause: error,
  });
}
