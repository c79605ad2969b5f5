import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { S3Store } from '@tus/s3-store';
import { ERRORS, type Upload } from '@tus/server';
import type { EndpointConfig } from '../config';
import { parsePieceId } from './piece-name';
import type { ByteRange, PieceStore } from './piece-store';

type S3Setting = Extract<EndpointConfig['store'], { kind: 's3' }>;

const MARK = 'store-name';
/** Of the object beside each piece in which the library keeps the name of its multipart upload. */
const INFO_SUFFIX = '.info';
/** Of the object with the bytes that are too few for a part. */
const REST_SUFFIX = '.part';

/**
 * Pieces as objects of a bucket that is for this endpoint alone. Keys come from the environment, as Amazon's library reads them
 * (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, ...).
 */
export class PieceObjects implements PieceStore {
  readonly #bucket: Bucket;

  constructor(setting: S3Setting) {
    this.#bucket = new Bucket({
      // Nothing is remembered by a process: another one may have begun the piece anew.
      cache: FORGETFUL,
      useTags: false,
      s3ClientConfig: {
        bucket: setting.bucket,
        region: setting.region,
        // Other makers' servers often know neither the newer checksums nor a bucket as part of a host's name.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        ...(setting.address === null ? {} : { endpoint: setting.address, forcePathStyle: true }),
      },
    });
  }

  async create(upload: Upload): Promise<void> {
    await this.#bucket.erase(upload.id);
    await this.#bucket.create(upload);
  }

  write(bytes: AsyncIterable<Uint8Array>, id: string, offset: number): Promise<number> {
    return this.#bucket.write(Readable.from(bytes), id, offset);
  }

  async receivedBytes(id: string): Promise<number | null> {
    const whole = await this.#bucket.byteCount(id);
    if (whole !== null) return whole;
    try {
      const { offset, size } = await this.#bucket.getUpload(id);
      // All parts but no object: a process died before it put them together, and is to be sent again.
      return offset === size ? null : offset;
    } catch (error) {
      if (error === ERRORS.FILE_NOT_FOUND) return null;
      throw error;
    }
  }

  /** An object that is acknowledged is kept. */
  async secure(): Promise<void> {
    await Promise.resolve();
  }

  /** Of what the bucket has: somebody else keeps it. */
  async sha256Of(id: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of await this.read(id, null)) hash.update(chunk as Uint8Array);
    return hash.digest('hex');
  }

  read(id: string, range: ByteRange | null): Promise<Readable> {
    return this.#bucket.readObject(id, range);
  }

  remove(id: string): Promise<void> {
    return this.#bucket.erase(id);
  }

  async *pieces(): AsyncIterable<{ readonly id: string; readonly byteCount: number | null }> {
    for await (const { key, byteCount } of this.#bucket.objects()) {
      const isInfo = key.endsWith(INFO_SUFFIX);
      const id = isInfo ? key.slice(0, -INFO_SUFFIX.length) : key;
      if (parsePieceId(id) !== null) yield { id, byteCount: isInfo ? null : byteCount };
    }
  }

  readMark(): Promise<string | null> {
    return this.#bucket.readText(MARK);
  }

  writeMark(mark: string): Promise<void> {
    return this.#bucket.writeText(MARK, mark);
  }
}

const FORGETFUL = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};

/** The library's store, with what it lacks: ranges, sizes, lists, and removing whole objects for certain. */
class Bucket extends S3Store {
  async byteCount(key: string): Promise<number | null> {
    const head = await missingAsNull(this.client.headObject({ Bucket: this.bucket, Key: key }));
    return head?.ContentLength ?? null;
  }

  async readObject(key: string, range: ByteRange | null): Promise<Readable> {
    const { Body } = await this.client.getObject({
      Bucket: this.bucket,
      Key: key,
      ...(range === null ? {} : { Range: `bytes=${range.first}-${range.last}` }),
    });
    // On Node the body is always a stream of Node's; the type covers browsers, too.
    return Body as Readable;
  }

  async readText(key: string): Promise<string | null> {
    const object = await missingAsNull(this.client.getObject({ Bucket: this.bucket, Key: key }));
    return (await object?.Body?.transformToString()) ?? null;
  }

  async writeText(key: string, text: string): Promise<void> {
    await this.client.putObject({ Bucket: this.bucket, Key: key, Body: text });
  }

  /** The object, what is under way to become it, and what is kept beside it. The library's own `remove` stops at a finished upload. */
  async erase(id: string): Promise<void> {
    const text = await this.readText(id + INFO_SUFFIX);
    if (text === null) return;
    const { 'upload-id': uploadId } = await this.getMetadata(id);
    await missingAsNull(
      this.client.abortMultipartUpload({ Bucket: this.bucket, Key: id, UploadId: uploadId }),
    );
    // What tells of the others goes last: dying before that, this is done again.
    for (const suffix of ['', REST_SUFFIX, INFO_SUFFIX]) {
      await this.client.deleteObject({ Bucket: this.bucket, Key: id + suffix });
    }
  }

  async *objects(): AsyncIterable<{ readonly key: string; readonly byteCount: number }> {
    let token: string | undefined;
    do {
      const page = await this.client.listObjectsV2({
        Bucket: this.bucket,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined) yield { key: Key, byteCount: Size ?? 0 };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }
}

async function missingAsNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && MISSING.has(error.name)) return null;
    throw error;
  }
}

/** `NotFound`: a head request, whose answer has no body that could say more. */
const MISSING = new Set(['NotFound', 'NoSuchKey', 'NoSuchUpload']);
