import type { SyncDevice } from '../../contracts/sync';
import {
  codeAnswerSchema,
  devicesSchema,
  pairAnswerSchema,
  type PairAnswer,
  type Scope,
} from '../../core/sync-api/access';
import { AppError } from '../../core/app-error';
import { EndpointError } from './endpoint-error';
import { EndpointRequests } from './endpoint-requests';
import { readReceiptKey } from './receipts';

/** Makes this device known to an endpoint, and tells the key that it signs receipts with from here on. Throws AppError SYNC_NOT_AN_ENDPOINT, SYNC_REFUSED, SYNC_UNREACHABLE. */
export async function pair(
  url: string,
  code: string,
  deviceName: string,
): Promise<PairAnswer & { readonly receiptKey: string }> {
  const requests = new EndpointRequests(url, null);
  // Before a code is given away: is it an endpoint at all?
  const receiptKey = await readReceiptKey(requests);
  try {
    const answer = await requests.json(pairAnswerSchema, '/api/pair', {
      method: 'POST',
      body: { code, deviceName },
    });
    return { ...answer, receiptKey };
  } catch (error) {
    throw asRefusedCode(error);
  }
}

/** Without the right to see all devices: only the own one. */
export async function listDevices(requests: EndpointRequests): Promise<readonly SyncDevice[]> {
  const { devices } = await requests.json(devicesSchema, '/api/devices');
  return devices.map(
    ({ id, name, scopes, pairedUnixMs, lastSeenUnixMs, revokedUnixMs, isOwn }) => ({
      id,
      name,
      scopes,
      pairedUnixMs,
      lastSeenUnixMs,
      isRevoked: revokedUnixMs !== null,
      isOwn,
    }),
  );
}

/** Its token is good for nothing any more. */
export async function revokeDevice(requests: EndpointRequests, deviceId: string): Promise<void> {
  await requests.ask(`/api/devices/${encodeURIComponent(deviceId)}`, { method: 'DELETE' });
}

/** A code that pairs one more device. */
export function makePairingCode(
  requests: EndpointRequests,
  scopes: readonly Scope[],
): Promise<{ readonly code: string; readonly expiresUnixMs: number }> {
  return requests.json(codeAnswerSchema, '/api/pairing-codes', {
    method: 'POST',
    body: { scopes },
  });
}

/** However a wrong code is refused, here it is the code that was refused: nobody was signed in before. */
function asRefusedCode(error: unknown): unknown {
  if (!(error instanceof EndpointError)) return error;
  const isCode = error.code === 'SYNC_SIGNED_OUT' || error.problem === 'RATE_LIMITED';
  return isCode ? new AppError('SYNC_REFUSED', error.message, { cause: error }) : error;
}
