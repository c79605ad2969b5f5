import { isDiskFull } from './disk-full';

/** Why the endpoint could not start, or stop, for who runs it: what was expected, and what to do. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // `code`, `syscall` and `port` are what Node puts on errors of the network.
  const { code, syscall, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') {
    return `Port ${port ?? ''} is used by another program. Choose one: npm run endpoint -- --port 8481`;
  }
  if (code === 'EACCES' && syscall === 'listen') {
    return `Port ${port ?? ''} is not for this user. Choose one above 1023: npm run endpoint -- --port 8480`;
  }
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND') {
    return `A server of DATABASE_URL or RESIGHT_S3_ADDRESS cannot be reached: ${error.message}`;
  }
  if (isDiskFull(error)) {
    return `The disk of the data folder is full: make some room there, then start the endpoint again. ${error.message}`;
  }
  // Of Amazon's library.
  if (error.name === 'CredentialsProviderError') {
    return `RESIGHT_STORE=s3: expected keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, found none. ${error.message}`;
  }
  return error.message;
}
