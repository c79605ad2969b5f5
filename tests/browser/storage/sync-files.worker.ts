import { SyncFiles } from '../../../src/storage/sync-files';

/* Opens a piece that it has open already, and lets go of it only then; answers with what became of it. */
async function openTwice(uploadId: string): Promise<string> {
  const files = new SyncFiles();
  const first = await files.openPiece(uploadId);
  first.write(new Uint8Array(10), 0);
  const opening = files.openPiece(uploadId);
  first.close();
  const second = await opening;
  const { byteCount } = second;
  second.close();
  await files.remove(uploadId);
  return `opened with ${byteCount} bytes`;
}

addEventListener('message', ({ data }: MessageEvent<string>) => {
  openTwice(data).then(postMessage, (error: unknown) => postMessage(String(error)));
});
