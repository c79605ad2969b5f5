import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Database } from '../database/database';

const SECRET_NAME = 'receipt-key';

/** Ed25519; signs receipts of deletion. */
export interface ReceiptKey {
  /** SPKI, base64. */
  readonly publicKey: string;
  /** Over the UTF-8 bytes of the text; base64. */
  sign(text: string): string;
}

/** The key in the database, made when there is none; of processes that start at once the first one's counts. */
export async function openReceiptKey(database: Database): Promise<ReceiptKey> {
  const find = () =>
    database.query<{ value: Uint8Array }>('SELECT value FROM secrets WHERE name = $1', [
      SECRET_NAME,
    ]);
  if ((await find()).length === 0) {
    const { privateKey } = generateKeyPairSync('ed25519');
    await database.query(
      'INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
      [SECRET_NAME, privateKey.export({ type: 'pkcs8', format: 'der' })],
    );
  }
  const [row] = await find();
  if (row === undefined) throw new Error('Expected the key for receipts in the database.');
  const privateKey = createPrivateKey({
    key: Buffer.from(row.value),
    type: 'pkcs8',
    format: 'der',
  });
  return {
    publicKey: createPublicKey(privateKey)
      .export({ type: 'spki', format: 'der' })
      .toString('base64'),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}
