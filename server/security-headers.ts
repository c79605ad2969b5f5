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

/** Devices and sensors: the camera for this page only, nothing else for anyone. */
const PERMISSIONS_POLICY = [
  'camera=(self)',
  'fullscreen=(self)',
  'screen-wake-lock=(self)',
  ...[
    'microphone',
    'geolocation',
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

function writePolicy(directives: readonly (readonly [string, string])[]): string {
  return directives.map(([directive, sources]) => `${directive} ${sources}`).join('; ');
}
