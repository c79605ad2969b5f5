import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/*
 * What uploads are compared with, as a process of its own: each POST becomes a file, and is answered once that would survive a power cut. Nothing
 * is checked, nothing is remembered. `argv[2]`: folder for the files. Tells its port to the process that forked it.
 */

const folder = process.argv[2] ?? '';
let fileCount = 0;

const server = createServer((request, response) => {
  fileCount += 1;
  const path = join(folder, `plain-${fileCount}`);
  keep(path).then(
    () => response.writeHead(204).end(),
    () => response.writeHead(500).end(),
  );

  async function keep(target: string): Promise<void> {
    await pipeline(request, createWriteStream(target));
    const file = await open(target, 'r+');
    await file.sync();
    await file.close();
  }
});

server.listen(0, '127.0.0.1', () => {
  // It listens on TCP, so that this is no text.
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit());
