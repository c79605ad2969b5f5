import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Of all parts but the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** As much of S3 as the endpoint's store asks for, in memory: objects, multipart uploads, ranges, lists. Signatures are not looked at. */
export interface TestS3 {
  readonly url: string;
  /** Keys of one bucket's objects. */
  keys(): readonly string[];
  /** Multipart uploads that were neither completed nor aborted. */
  openUploadCount(): number;
  stop(): Promise<void>;
}

interface StoredObject {
  readonly bytes: Buffer;
  /** `x-amz-meta-...` */
  readonly metadata: Readonly<Record<string, string>>;
}

interface MultipartUpload {
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Map<number, Buffer>;
}

/** Starts one on a free port. */
export async function startTestS3(): Promise<TestS3> {
  const bucket = new Bucket();
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => bucket.answer(request, body, response),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on TCP, so that this is no text.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    keys: () => [...bucket.objects.keys()].sort(),
    openUploadCount: () => bucket.uploads.size,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class Bucket {
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, MultipartUpload>();

  answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://s3');
    const [, , ...names] = url.pathname.split('/');
    const key = decodeURIComponent(names.join('/'));
    const uploadId = url.searchParams.get('uploadId');
    if (url.searchParams.has('list-type')) this.#list(response);
    else if (uploadId !== null) this.#multipart(request, url, uploadId, body, response);
    else if (url.searchParams.has('uploads')) this.#begin(key, request, response);
    else if (request.method === 'PUT') {
      this.objects.set(key, { bytes: body, metadata: metadataOf(request) });
      response.writeHead(200, { ETag: etagOf(body) }).end();
    } else if (request.method === 'DELETE') {
      this.objects.delete(key);
      response.writeHead(204).end();
    } else this.#read(key, request, response);
  }

  #begin(key: string, request: IncomingMessage, response: ServerResponse): void {
    const uploadId = randomUUID();
    this.uploads.set(uploadId, { key, metadata: metadataOf(request), parts: new Map() });
    sendXml(
      response,
      `<InitiateMultipartUploadResult><Key>${key}</Key><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`,
    );
  }

  #multipart(
    { method }: IncomingMessage,
    url: URL,
    uploadId: string,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) return sendError(response, 404, 'NoSuchUpload');
    if (method === 'PUT') {
      upload.parts.set(Number(url.searchParams.get('partNumber')), body);
      response.writeHead(200, { ETag: etagOf(body) }).end();
    } else if (method === 'GET') {
      const parts = [...upload.parts].map(
        ([number, bytes]) =>
          `<Part><PartNumber>${number}</PartNumber><ETag>${etagOf(bytes)}</ETag><Size>${bytes.length}</Size></Part>`,
      );
      sendXml(
        response,
        `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`,
      );
    } else {
      const listed = listedParts(body.toString());
      const refusal = method === 'DELETE' ? null : refusalOf(listed, upload);
      if (refusal !== null) return sendError(response, 400, refusal);
      this.uploads.delete(uploadId);
      if (method === 'DELETE') return void response.writeHead(204).end();
      const bytes = Buffer.concat(
        listed.map(({ number }) => upload.parts.get(number) ?? Buffer.of()),
      );
      this.objects.set(upload.key, { bytes, metadata: upload.metadata });
      sendXml(
        response,
        `<CompleteMultipartUploadResult><Key>${upload.key}</Key><ETag>${etagOf(bytes)}</ETag></CompleteMultipartUploadResult>`,
      );
    }
  }

  #read(key: string, { method, headers }: IncomingMessage, response: ServerResponse): void {
    const object = this.objects.get(key);
    if (object === undefined) return sendError(response, 404, 'NoSuchKey');
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    const bytes =
      range === null ? object.bytes : object.bytes.subarray(Number(range[1]), Number(range[2]) + 1);
    response.writeHead(range === null ? 200 : 206, {
      ...object.metadata,
      ETag: etagOf(object.bytes),
      'Content-Length': bytes.length,
      ...(range === null
        ? {}
        : { 'Content-Range': `bytes ${range[1]}-${range[2]}/${object.bytes.length}` }),
    });
    response.end(method === 'HEAD' ? undefined : bytes);
  }

  #list(response: ServerResponse): void {
    const contents = [...this.objects].map(
      ([key, { bytes }]) => `<Contents><Key>${key}</Key><Size>${bytes.length}</Size></Contents>`,
    );
    sendXml(
      response,
      `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
    );
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // A stream without an encoding yields buffers.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function metadataOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('x-amz-meta-') ? [[name, String(value)]] : [],
    ),
  );
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function sendXml(response: ServerResponse, xml: string, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${xml}`);
}

function sendError(response: ServerResponse, status: number, code: string): void {
  sendXml(response, `<Error><Code>${code}</Code><Message>None</Message></Error>`, status);
}

interface ListedPart {
  readonly number: number;
  readonly etag: string;
}

/** What a request to complete an upload names. */
function listedParts(xml: string): readonly ListedPart[] {
  return [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: (/<ETag>(.*?)</.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'),
  }));
}

/** Why Amazon would not put these parts together; null: it would. */
function refusalOf(listed: readonly ListedPart[], { parts }: MultipartUpload): string | null {
  if (listed.length === 0) return 'MalformedXML';
  if (listed.some(({ number }, place) => number <= (listed[place - 1]?.number ?? 0)))
    return 'InvalidPartOrder';
  if (listed.some(({ number, etag }) => etagOf(parts.get(number) ?? Buffer.of()) !== etag))
    return 'InvalidPart';
  const isSmall = ({ number }: ListedPart) => (parts.get(number)?.length ?? 0) < MIN_PART_BYTES;
  return listed.slice(0, -1).some(isSmall) ? 'EntityTooSmall' : null;
}
