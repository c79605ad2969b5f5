import { existsSync } from 'node:fs';
import * as v from 'valibot';
import { isLoopback } from '../arguments';
import type { EndpointConfig } from './config';
import { settingsSchema, type Settings } from './settings';

/** Mistakes in the settings: all of them, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Holds a password: never shown. */
const SECRET_NAMES: ReadonlySet<string> = new Set(['DATABASE_URL']);

/** Reads the settings of the environment. Throws {@link ConfigError}. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
): EndpointConfig {
  const parsed = v.safeParse(settingsSchema, environment);
  if (!parsed.success) {
    throw describeMistakes(parsed.issues.map((issue) => describeIssue(issue, environment)));
  }
  const mistakes = checkTogether(parsed.output);
  if (mistakes.length > 0) throw describeMistakes(mistakes);
  return toConfig(parsed.output);
}

function describeIssue(
  issue: v.BaseIssue<unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const name = v.getDotPath(issue) ?? '';
  const found = SECRET_NAMES.has(name) ? 'something else' : `"${environment[name] ?? ''}"`;
  return `${name}: expected ${issue.message}, found ${found}.`;
}

function describeMistakes(mistakes: readonly string[]): ConfigError {
  return new ConfigError(
    ['The endpoint cannot start with these settings:', ...mistakes].join('\n  '),
  );
}

/** What is wrong with settings that are right by themselves. */
function checkTogether(settings: Settings): readonly string[] {
  const mistakes: string[] = [];
  const { RESIGHT_TLS_CERTIFICATE: certificate, RESIGHT_TLS_KEY: key } = settings;
  if ((certificate === null) !== (key === null)) {
    mistakes.push(
      'RESIGHT_TLS_CERTIFICATE and RESIGHT_TLS_KEY: expected both or none, found one of them.',
    );
  }
  for (const path of [certificate, key]) {
    if (path !== null && !existsSync(path)) {
      mistakes.push(
        `RESIGHT_TLS_CERTIFICATE and RESIGHT_TLS_KEY: expected a file at ${path}, found none.`,
      );
    }
  }
  if (settings.RESIGHT_STORE === 's3' && settings.RESIGHT_S3_BUCKET === null) {
    mistakes.push('RESIGHT_S3_BUCKET: expected a bucket for RESIGHT_STORE=s3, found none.');
  }
  const isProtected =
    certificate !== null ||
    settings.RESIGHT_TRUSTED_PROXIES.length > 0 ||
    settings.RESIGHT_ALLOW_PLAIN_HTTP;
  if (!isLoopback(settings.HOST) && !isProtected) {
    mistakes.push(
      `HOST: expected an address of this machine only, such as 127.0.0.1, found "${settings.HOST}" without TLS. ` +
        'Set RESIGHT_TLS_CERTIFICATE and RESIGHT_TLS_KEY, or RESIGHT_TRUSTED_PROXIES for a proxy that does TLS, ' +
        'or, where nobody else can listen, --allow-plain-http.',
    );
  }
  return mistakes;
}

function toConfig(settings: Settings): EndpointConfig {
  const { RESIGHT_TLS_CERTIFICATE: certificatePath, RESIGHT_TLS_KEY: keyPath } = settings;
  const { RESIGHT_S3_BUCKET: bucket } = settings;
  return {
    host: settings.HOST,
    port: settings.PORT,
    dataFolder: settings.RESIGHT_DATA,
    databaseUrl: settings.DATABASE_URL,
    tls: certificatePath === null || keyPath === null ? null : { certificatePath, keyPath },
    isPlainHttpAllowed: settings.RESIGHT_ALLOW_PLAIN_HTTP,
    trustedProxies: settings.RESIGHT_TRUSTED_PROXIES,
    publicUrl: settings.RESIGHT_PUBLIC_URL,
    allowedOrigins: settings.RESIGHT_ALLOWED_ORIGINS,
    store:
      settings.RESIGHT_STORE === 'files' || bucket === null
        ? { kind: 'files' }
        : {
            kind: 's3',
            bucket,
            region: settings.RESIGHT_S3_REGION,
            address: settings.RESIGHT_S3_ADDRESS,
          },
    quotaBytesPerDevice: settings.RESIGHT_QUOTA_GB,
    maxSessionBytes: settings.RESIGHT_MAX_SESSION_GB,
    retentionDays: settings.RESIGHT_RETENTION_DAYS,
    uploadExpiryHours: settings.RESIGHT_UPLOAD_EXPIRY_HOURS,
    liveMinutes: settings.RESIGHT_LIVE_MINUTES,
    requestsPerMinute: {
      device: settings.RESIGHT_DEVICE_REQUESTS_PER_MINUTE,
      address: settings.RESIGHT_ADDRESS_REQUESTS_PER_MINUTE,
    },
    logLevel: settings.RESIGHT_LOG_LEVEL,
  };
}
