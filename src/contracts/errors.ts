/**
 * Every failure the app tells a person about. Closed: a new code needs a sentence in
 * `src/ui/shared/error-text.ts`, and the type checker asks for it.
 */
export const ERROR_CODES = [
  'CAMERA_PERMISSION_DENIED',
  'CAMERA_NOT_FOUND',
  'CAMERA_BUSY',
  'CAMERA_LOST',
  'CAMERA_UNSUPPORTED',
  'VIDEO_EMPTY',
  'VIDEO_UNREADABLE',
  'VIDEO_NO_PICTURE',
  'VIDEO_CODEC_UNSUPPORTED',
  'VIDEO_DAMAGED',
  'STREET_UNAVAILABLE',
  'MODEL_UNAVAILABLE',
  'MODEL_CORRUPT',
  'MODEL_INCOMPATIBLE',
  'BACKEND_UNAVAILABLE',
  'BACKEND_FAILED',
  'BACKEND_WRONG',
  'WORKER_GONE',
  'STORAGE_FULL',
  'STORAGE_UNAVAILABLE',
  'STORAGE_BLOCKED',
  'STORAGE_NEWER',
  'GALLERY_IN_USE',
  'EMBEDDING_SPACE_MISMATCH',
  'ENCODER_UNSUPPORTED',
  'ENCODER_FAILED',
  'ANALYSIS_BUSY',
  'SESSION_IN_USE',
  'SESSION_DAMAGED',
  'SESSION_GONE',
  'EXPORT_FAILED',
  'IMPORT_REFUSED',
  'SYNC_UNREACHABLE',
  'SYNC_NOT_AN_ENDPOINT',
  'SYNC_REFUSED',
  'SYNC_SIGNED_OUT',
  'SYNC_FULL',
  'SYNC_LOST',
  'SYNC_WRONG_KEY',
  'SYNC_TAMPERED',
  'SYNC_KEY_CHANGED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error as plain data, fit to cross a thread. */
export interface ErrorData {
  readonly code: ErrorCode;
  /** What was expected, what was found, with units: for the details fold, not for the headline. */
  readonly message: string;
}
