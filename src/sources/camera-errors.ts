import { AppError, isAbort } from '../core/app-error';
import type { ErrorCode } from '../contracts/errors';

/**
 * What `getUserMedia` throws, by name: https://w3c.github.io/mediacapture-main/#dom-mediadevices-getusermedia.
 * AbortError is its word for "the device did not start"; our own aborts never get here.
 */
const CODES: ReadonlyMap<string, readonly [code: ErrorCode, found: string]> = new Map([
  ['NotAllowedError', ['CAMERA_PERMISSION_DENIED', 'use of the camera is not allowed']],
  ['SecurityError', ['CAMERA_PERMISSION_DENIED', 'cameras are turned off for this page']],
  ['NotFoundError', ['CAMERA_NOT_FOUND', 'no camera']],
  ['OverconstrainedError', ['CAMERA_NOT_FOUND', 'no camera that fits the settings']],
  ['NotReadableError', ['CAMERA_BUSY', 'a camera that does not start']],
  ['AbortError', ['CAMERA_BUSY', 'a camera that stopped while starting']],
  ['TypeError', ['CAMERA_UNSUPPORTED', 'a page that may not use cameras']],
]);

/** Translates a failure of `getUserMedia` into an AppError; keeps it as the cause. */
export function toCameraError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  const [code, found] = CODES.get(name) ?? ['INTERNAL', `an unknown failure ${name}`];
  const detail = message === '' ? '' : `: ${message}`;
  return new AppError(code, `Expected a running camera, found ${found}${detail}`, { cause: error });
}

/** True where the wanted camera or setting is not there, so that a wider request may still succeed. */
export function isWantedCameraGone(error: unknown): boolean {
  if (!(error instanceof Error) || isAbort(error)) return false;
  return error.name === 'OverconstrainedError' || error.name === 'NotFoundError';
}

/** The page's cameras; null on an insecure page or an old browser. */
export function findMediaDevices(): MediaDevices | null {
  // The type says it is always there; on plain http it is not.
  return (navigator as { readonly mediaDevices?: MediaDevices }).mediaDevices ?? null;
}

/** The page's cameras. Throws AppError CAMERA_UNSUPPORTED on an insecure page or an old browser. */
export function requireMediaDevices(): MediaDevices {
  const devices = findMediaDevices();
  if (devices) return devices;
  const found = isSecureContext
    ? 'a browser without cameras'
    : 'a page that was not loaded securely';
  throw new AppError(
    'CAMERA_UNSUPPORTED',
    `Expected a secure page (https or localhost) with camera access, found ${found}`,
  );
}
