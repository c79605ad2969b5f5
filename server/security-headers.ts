import { ISOLATION_HEADERS } from '../src/core/isolation-headers.ts';

/** What the page may load and do. Everything is our own: nothing leaves the device, nothing foreign comes in. */
const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'self'",
  // Compiling WebAssembly needs its own permission; JavaScript's eval stays forbidden.
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self'",
  // Crops come out of the gallery as blobs; small icons in style sheets are data addresses.
  'img-src': "'self' blob: data:",
  'media-src': "'self' blob:",
  // A model the user imported is read by its worker from a blob of this page.
  'connect-src': "'self' blob:",
  'worker-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** Directives a browser ignores, with a console warning, when they stand in a meta element (CSP 3, section 3.3). */
const HEADER_ONLY_DIRECTIVES: readonly string[] = ['frame-ancestors'];

/** The Content-Security-Policy as a header value. */
const CONTENT_SECURITY_POLICY = writePolicy(Object.entries(POLICY));

/** The part of the policy that works in a `<meta http-equiv>`, for hosts that send no headers of ours. */
export const META_CONTENT_SECURITY_POLICY = writePolicy(
  Object.entries(POLICY).filter(([directive]) => !HEADER_ONLY_DIRECTIVES.includes(directive)),
);

/** Devices and sensors: camera and, for where one stands, position for this page only; nothing else for anyone. */
const PERMISSIONS_POLICY = [
  'camera=(self)',
  'fullscreen=(self)',
  'geolocation=(self)',
  'screen-wake-lock=(self)',
  ...[
    'microphone',
    'accelerometer',
    'gyroscope',
    'magnetometer',
    'usb',
    'serial',
    'hid',
    'midi',
    'payment',
  ].map((feature) => `${feature}=()`),
].join(', ');

/** Every header our server adds to every response. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  ...ISOLATION_HEADERS,
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Permissions-Policy': PERMISSIONS_POLICY,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * The worker that speaks with an endpoint of the user's own choice may reach other origins: encrypted, or on this machine. A worker's policy is
 * that of its own response, so the page's stays as it is.
 */
const SYNC_WORKER_POLICY = writePolicy(
  Object.entries({
    ...POLICY,
    'connect-src': "'self' blob: https: http://localhost:* http://127.0.0.1:*",
  }),
);

/** As the build names it. */
const SYNC_WORKER = /\/assets\/sync\.worker-[^/]+\.js$/;

/** {@link SECURITY_HEADERS} for one file of the built app; `pathname` as it was asked for. Whoever serves the app must use it. */
export function securityHeadersFor(pathname: string): Readonly<Record<string, string>> {
  return SYNC_WORKER.test(pathname)
    ? { ...SECURITY_HEADERS, 'Content-Security-Policy': SYNC_WORKER_POLICY }
    : SECURITY_HEADERS;
}

function writePolicy(directives: readonly (readonly [string, string])[]): string {
  return directives.map(([directive, sources]) => `${directive} ${sources}`).join('; ');
}
