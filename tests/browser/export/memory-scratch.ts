import type { OpenScratch, ScratchFile } from '../../../src/sinks/export/media-output';

/** Scratch files in memory, and how many of them are still there. */
export class MemoryScratch {
  openCount = 0;

  readonly open: OpenScratch = () => {
    this.openCount += 1;
    let bytes = new Uint8Array();
    let isThere = true;
    const file: ScratchFile = {
      write: (piece, position) => {
        if (position + piece.length > bytes.length) {
          const longer = new Uint8Array(position + piece.length);
          longer.set(bytes);
          bytes = longer;
        }
        bytes.set(piece, position);
      },
      read: () => Promise.resolve(new Blob([bytes])),
      remove: () => {
        if (isThere) this.openCount -= 1;
        isThere = false;
        return Promise.resolve();
      },
    };
    return Promise.resolve(file);
  };
}
