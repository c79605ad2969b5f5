import { fsyncSync } from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';

type InitOf = NodeFS['init'];

/** What is used of Emscripten's file system; the library's types leave it open. */
interface EmscriptenModule {
  readonly FS: {
    readonly filesystems: {
      readonly NODEFS: { readonly stream_ops: { fsync?: (stream: OpenStream) => number } };
    };
  };
}

interface OpenStream {
  /** Node's file descriptor; missing for folders. */
  readonly nfd?: number;
}

/**
 * The folder of an embedded database, with `fsync`: the library's own ignores it, and after a power cut the files would be of different
 * moments. Goes with `wal_sync_method=fsync`, for `fdatasync` cannot be caught.
 */
export class DurableFolder extends NodeFS {
  override async init(...[lite, options]: Parameters<InitOf>): ReturnType<InitOf> {
    const { emscriptenOpts } = await super.init(lite, options);
    const preRun = [...[emscriptenOpts.preRun ?? []].flat(), passOnFsync];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }
}

function passOnFsync(module: EmscriptenModule): void {
  module.FS.filesystems.NODEFS.stream_ops.fsync = ({ nfd }) => {
    if (nfd !== undefined) requireSync(nfd);
    return 0;
  };
}

/**
 * Ends the process when the disk does not keep what it was told, as PostgreSQL does: what was written last may be gone, and only a start
 * from what the disk has makes sure that all is of one moment. (Told of the failure, the embedded one hangs.)
 */
function requireSync(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    process.stderr.write(`The disk did not keep what the database wrote: ${String(error)}\n`);
    process.exit(1);
  }
}
