import { createHash, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { PLAIN_PIECE_BYTES } from '../../src/core/sync-api/catalogue';

/** What each device sends: 20 MB, as the goal says. The same for all: what is compared is how it is taken. */
const bytes = randomBytes(20e6);

/** As the app cuts sessions. */
const pieces: readonly Buffer[] = Array.from(
  { length: Math.ceil(bytes.length / PLAIN_PIECE_BYTES) },
  (_, i) => bytes.subarray(i * PLAIN_PIECE_BYTES, (i + 1) * PLAIN_PIECE_BYTES),
);
const checksums = pieces.map((piece) => createHash('sha256').update(piece).digest('hex'));

/** A device sends one thing after another over one connection; devices do not wait for each other. */
const agentOf = () => new Agent({ keepAlive: true, maxSockets: 1 });

/** What came of {@link uploadSessions}. */
interface SentSessions {
  readonly bytesPerS: number;
  /** Takes them away again. */
  readonly remove: () => Promise<void>;
}

/** All devices send a session at once, each until it is complete. Throws when one is refused. */
export async function uploadSessions(
  url: string,
  tokens: readonly string[],
): Promise<SentSessions> {
  const ids = tokens.map(() => `bench-${randomBytes(8).toString('hex')}`);
  const all = (act: (token: string, id: string, agent: Agent) => Promise<void>) =>
    Promise.all(
      tokens.map(async (token, device) => {
        const agent = agentOf();
        await act(token, ids[device] ?? '', agent);
        agent.destroy();
      }),
    );
  const bytesPerS = await timed(tokens.length, () =>
    all((token, id, agent) => uploadSession(url, token, id, agent)),
  );
  return {
    bytesPerS,
    async remove() {
      await all((token, id, agent) =>
        send(agent, 'DELETE', `${url}/api/sessions/${id}`, authorisation(token), []),
      );
    },
  };
}

/** The same bytes, each in one POST; answers bytes a second. */
export async function postPlain(url: string, deviceCount: number): Promise<number> {
  return timed(deviceCount, () =>
    Promise.all(
      Array.from({ length: deviceCount }, () => send(agentOf(), 'POST', url, {}, [bytes])),
    ),
  );
}

async function timed(deviceCount: number, work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (deviceCount * bytes.length * 1000) / (performance.now() - startMs);
}

const authorisation = (token: string) => ({ Authorization: `Bearer ${token}` });

async function uploadSession(url: string, token: string, id: string, agent: Agent): Promise<void> {
  const headers = authorisation(token);
  const announcement = {
    id,
    envelope: bytes.toString('base64', 0, 300),
    firstDay: '2026-11-22',
    lastDay: '2026-11-23',
    pieceByteCounts: pieces.map(({ length }) => length),
  };
  await send(
    agent,
    'POST',
    `${url}/api/sessions`,
    { ...headers, 'Content-Type': 'application/json' },
    [Buffer.from(JSON.stringify(announcement))],
  );
  for (const [index, piece] of pieces.entries()) {
    // Creation with upload, as the app begins a piece.
    await send(
      agent,
      'POST',
      `${url}/api/uploads`,
      {
        ...headers,
        'Tus-Resumable': '1.0.0',
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Length': String(piece.length),
        'Upload-Metadata': metadata({
          session: id,
          piece: String(index),
          sha256: checksums[index] ?? '',
        }),
      },
      [piece],
    );
  }
  await send(agent, 'POST', `${url}/api/sessions/${id}/complete`, headers, []);
}

function metadata(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** `fetch` costs several times as much as this, which the server on the same machine would lack. */
function send(
  agent: Agent,
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  parts: readonly Buffer[],
): Promise<void> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { method, agent, headers: { ...headers, 'Content-Length': length } },
      (response) => {
        let answer = '';
        response.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        response.on('end', () => {
          if ((response.statusCode ?? 0) < 300) resolve();
          else reject(new Error(`${method} ${url}: ${response.statusCode} ${answer}`));
        });
      },
    );
    call.on('error', reject);
    for (const part of parts) call.write(part);
    call.end();
  });
}
