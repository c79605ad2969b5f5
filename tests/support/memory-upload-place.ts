import type { UploadPlace } from '../../src/sinks/sync/upload-session';

/** What a device keeps of sessions on their way, in memory: it outlives what uses it, as a disk does. */
export class MemoryUploadPlace implements UploadPlace {
  readonly sessions = new Map<string, File>();
  readonly pieces = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly flights = new Map<string, { readonly piece: number; readonly sha256: string }>();

  sessionFile(uploadId: string): Promise<File | null> {
    return Promise.resolve(this.sessions.get(uploadId) ?? null);
  }

  openPiece(uploadId: string): ReturnType<UploadPlace['openPiece']> {
    this.pieces.set(uploadId, new Uint8Array());
    return Promise.resolve({
      write: (bytes: Uint8Array, position: number) => {
        const before = this.pieces.get(uploadId) ?? new Uint8Array();
        const after = new Uint8Array(Math.max(before.length, position + bytes.length));
        after.set(before);
        after.set(bytes, position);
        this.pieces.set(uploadId, after);
      },
      flush: () => undefined,
      close: () => undefined,
    });
  }

  pieceFile(uploadId: string): Promise<File | null> {
    const bytes = this.pieces.get(uploadId);
    return Promise.resolve(bytes ? new File([bytes], uploadId) : null);
  }

  removePiece(uploadId: string): Promise<void> {
    this.pieces.delete(uploadId);
    return Promise.resolve();
  }

  flight(uploadId: string): ReturnType<UploadPlace['flight']> {
    return Promise.resolve(this.flights.get(uploadId) ?? null);
  }

  setFlight(
    uploadId: string,
    flight: { readonly piece: number; readonly sha256: string } | null,
  ): Promise<void> {
    if (flight) this.flights.set(uploadId, flight);
    else this.flights.delete(uploadId);
    return Promise.resolve();
  }
}
