/**
 * Why an endpoint refuses, with the status each is sent with. Closed: the app says each in its own words where it can do something
 * about it.
 */
export const PROBLEM_STATUS = {
  /** The request is not what the endpoint's description says. */
  INVALID_REQUEST: 400,
  /** No token, or one that is not known or was revoked. */
  UNAUTHORISED: 401,
  /** The token is good, but not for this. */
  FORBIDDEN: 403,
  /** Nothing of that name, or of somebody else. */
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  /** Exists already, and differs; or is not in a state for this. */
  CONFLICT: 409,
  /** Existed, and was removed or has run out. */
  GONE: 410,
  TOO_LARGE: 413,
  /** What arrived is not what was announced by its SHA-256. It was thrown away; send it again. */
  CHECKSUM_MISMATCH: 460,
  /** Too many requests; `Retry-After` says when to come again. */
  RATE_LIMITED: 429,
  INTERNAL: 500,
  /** The device's share of the disk is used up, or the disk is. */
  QUOTA_EXCEEDED: 507,
  /** It is being stopped. */
  UNAVAILABLE: 503,
} as const;
export type ProblemCode = keyof typeof PROBLEM_STATUS;
