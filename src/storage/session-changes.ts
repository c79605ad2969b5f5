/** Where sessions are told of on this device; word of their changes goes by this name, too. */
export const SESSIONS_DATABASE_NAME = 'resight-sessions';

/** What other threads and tabs hear: something about the sessions is not as before; `finished`: a recording or import was closed. */
export type SessionChange = 'changed' | 'finished';

/** Word of changes, from whoever makes them to all tabs. Who tells does not hear it. */
export class SessionChanges {
  readonly #name: string;
  #channel: BroadcastChannel | null = null;

  constructor(databaseName: string) {
    this.#name = `${databaseName}:changes`;
  }

  tell(change: SessionChange): void {
    this.#channel ??= new BroadcastChannel(this.#name);
    this.#channel.postMessage(change);
  }

  /** Returns the unsubscriber. */
  listen(listener: (change: SessionChange) => void): () => void {
    const channel = new BroadcastChannel(this.#name);
    channel.onmessage = ({ data }) => {
      listener(data as SessionChange); // only this class writes to the channel
    };
    return () => channel.close();
  }

  close(): void {
    this.#channel?.close();
    this.#channel = null;
  }
}
