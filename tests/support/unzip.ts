import { BlobReader, BlobWriter, ZipReader } from '@zip.js/zip.js';

/** All entries of an archive by name. */
export async function unzip(archive: Blob): Promise<ReadonlyMap<string, Blob>> {
  const reader = new ZipReader(new BlobReader(archive), {
    useWebWorkers: false,
    checkSignature: true,
  });
  try {
    const contents = new Map<string, Blob>();
    for (const entry of await reader.getEntries()) {
      if (!entry.directory) contents.set(entry.filename, await entry.getData(new BlobWriter()));
    }
    return contents;
  } finally {
    await reader.close();
  }
}
