import { Upload, type UploadOptions } from 'tus-js-client';
import { pieceMetadata, type TestSession } from './endpoint-sessions';

/** Who sends, and where to. */
export interface Sender {
  readonly url: string;
  readonly token: string;
}

/** A piece's upload by tus-js-client, which goes on where an earlier one ended. Start it by `start`. */
export function tusUpload(
  { url, token }: Sender,
  session: TestSession,
  index: number,
  options: Partial<UploadOptions>,
): Upload {
  const { announcement, pieces } = session;
  return new Upload(Buffer.from(pieces[index] ?? []), {
    endpoint: `${url}/api/uploads`,
    uploadUrl: `${url}/api/uploads/${announcement.id}.${index}`,
    metadata: pieceMetadata(session, index),
    headers: { Authorization: `Bearer ${token}` },
    storeFingerprintForResuming: false,
    retryDelays: null,
    ...options,
  });
}

/** Sends a piece; rejects as tus-js-client does. */
export function sendByTus(
  sender: Sender,
  session: TestSession,
  index: number,
  options: Partial<UploadOptions> = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    tusUpload(sender, session, index, {
      ...options,
      onSuccess: () => resolve(),
      onError: reject,
    }).start();
  });
}
