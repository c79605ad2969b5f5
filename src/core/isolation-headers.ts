/**
 * Cross-origin isolation: with these three on every response the page gets SharedArrayBuffer, and with it
 * WASM threads. Set by our server; set by the service worker where the host cannot.
 */
export const ISOLATION_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Statuses whose response may not carry a body (Fetch standard, "null body status"). */
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * The same response with {@link ISOLATION_HEADERS}; takes over its body. Opaque, redirect and error
 * responses cannot be rebuilt and come back as they are.
 */
export function withIsolationHeaders(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION_HEADERS)) headers.set(name, value);
  if (headers.has('Content-Encoding')) {
    // The body is already decoded here: the encoded length would be wrong for whoever counts bytes.
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
  }
  const { status, statusText } = response;
  const body = NULL_BODY_STATUSES.has(status) ? null : response.body;
  return new Response(body, { status, statusText, headers });
}
