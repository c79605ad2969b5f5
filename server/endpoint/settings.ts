import { homedir } from 'node:os';
import * as v from 'valibot';
import { isProxyAddress } from './http/client-address';

const GB = 1000 ** 3;

/** What can stand for yes and no. */
const FLAGS: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  '1': true,
  no: false,
  false: false,
  '0': false,
};

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/**
 * Every variable of the environment that an endpoint reads, in the order of its documentation. One that is empty counts as missing.
 * The table in README.md is written from this one; a test compares them.
 */
export const settingsSchema = v.object({
  HOST: setting('127.0.0.1', 'Address to listen on; `--host` overrides it.', anyText()),
  PORT: setting(
    '8480',
    'Port to listen on; `--port` overrides it. 0: any free one.',
    wholeNumber(0, 65_535),
  ),
  RESIGHT_DATA: setting(
    '~/.resight-endpoint',
    'Folder for the embedded database, for uploads and keys. Made when missing; only you can read it.',
    v.pipe(
      v.string(),
      v.transform((path) => path.replace(/^~(?=$|[/\\])/, () => homedir())),
    ),
  ),
  DATABASE_URL: setting(
    null,
    'A PostgreSQL server instead of the embedded database, for several processes behind one address: `postgres://user:password@host/database`.',
    urlOf(['postgres:', 'postgresql:']),
  ),
  RESIGHT_TLS_CERTIFICATE: setting(
    null,
    'File with the certificate and its chain (PEM), for HTTPS without a proxy.',
    anyText(),
  ),
  RESIGHT_TLS_KEY: setting(null, 'File with its key (PEM).', anyText()),
  RESIGHT_ALLOW_PLAIN_HTTP: setting(
    'no',
    'Listen beyond this machine without TLS all the same; so does `--allow-plain-http`. Who is on the way can then read tokens and what is not encrypted.',
    flag(),
  ),
  RESIGHT_TRUSTED_PROXIES: setting(
    '',
    'Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, with commas between: `127.0.0.1, 10.0.0.0/8`.',
    listOf(isProxyAddress, 'addresses such as 127.0.0.1 or 10.0.0.0/8, with commas between'),
  ),
  RESIGHT_PUBLIC_URL: setting(
    null,
    'The address that users see, such as `https://cars.example`: see Names.',
    originUrl(),
  ),
  RESIGHT_ALLOWED_ORIGINS: setting(
    'loopback',
    'Pages besides its own that may use it from a browser: origins such as `https://app.example`, with commas between. `loopback`: those of this machine.',
    listOf(
      (text) => text === 'loopback' || isOrigin(text),
      'origins such as https://app.example, or loopback, with commas between',
    ),
  ),
  RESIGHT_STORE: setting(
    'files',
    'Where encrypted sessions are kept: `files` in the data folder, or `s3`. Keys for S3 come as `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.',
    v.picklist(['files', 's3'], 'files or s3'),
  ),
  RESIGHT_S3_BUCKET: setting(null, 'Bucket, for `s3`.', anyText()),
  RESIGHT_S3_REGION: setting('us-east-1', 'Region, for `s3`.', anyText()),
  RESIGHT_S3_ADDRESS: setting(
    null,
    'Address of an S3 server that is not Amazon’s, such as `https://storage.example`.',
    urlOf(['http:', 'https:']),
  ),
  RESIGHT_QUOTA_GB: setting(
    '50',
    'What one device may keep, in GB (10^9 bytes): sessions, corrections and published sightings.',
    number(0.001, 1_000_000, GB),
  ),
  RESIGHT_MAX_SESSION_GB: setting('20', 'What one session may be, in GB.', number(0.001, 250, GB)),
  RESIGHT_RETENTION_DAYS: setting(
    null,
    'Days after which a session is removed. Missing: kept until somebody removes it.',
    number(0.01, 36_500),
  ),
  RESIGHT_UPLOAD_EXPIRY_HOURS: setting(
    '72',
    'Hours that an unfinished upload may rest before it is thrown away.',
    number(0.01, 8760),
  ),
  RESIGHT_LIVE_MINUTES: setting(
    '10',
    'Minutes of live results kept for those who come back after a break; of one camera the last 20,000 at most.',
    number(1, 1440),
  ),
  RESIGHT_DEVICE_REQUESTS_PER_MINUTE: setting(
    '1200',
    'Requests that one device may make in a minute.',
    wholeNumber(1, 10_000_000),
  ),
  RESIGHT_ADDRESS_REQUESTS_PER_MINUTE: setting(
    '120',
    'Requests without a good token that one address may make in a minute.',
    wholeNumber(1, 10_000_000),
  ),
  RESIGHT_LOG_LEVEL: setting(
    'info',
    'What is logged, one JSON object a line: `debug`, `info`, `warn`, `error` or `silent`.',
    v.picklist(LOG_LEVELS, LOG_LEVELS.join(', ')),
  ),
});

/** What was read of the environment. */
export type Settings = v.InferOutput<typeof settingsSchema>;

/** Whether a text is an origin as browsers send it. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}

/** `standard` null: there is none, and the setting is null when it is missing. */
function setting<const S extends v.GenericSchema<string, unknown>>(
  standard: string,
  meaning: string,
  schema: S,
): v.GenericSchema<string | undefined, v.InferOutput<S>>;
function setting<const S extends v.GenericSchema<string, unknown>>(
  standard: null,
  meaning: string,
  schema: S,
): v.GenericSchema<string | undefined, v.InferOutput<S> | null>;
function setting(standard: string | null, meaning: string, schema: v.GenericSchema<string>) {
  const present = v.pipe(
    v.optional(v.string(), ''),
    v.transform((text) => (text.trim() === '' ? standard : text.trim())),
  );
  return v.pipe(
    present,
    // The overloads above say what comes out; what goes in is null only where `standard` is.
    (standard === null ? v.nullable(schema) : schema) as v.GenericSchema<string | null>,
    v.description(meaning),
    v.metadata({ standard }),
  );
}

function anyText() {
  return v.string();
}

function flag() {
  return v.pipe(
    v.picklist(Object.keys(FLAGS), 'yes or no'),
    v.transform((text) => FLAGS[text] ?? false),
  );
}

function wholeNumber(min: number, max: number) {
  return v.pipe(
    v.string(),
    v.check(
      (text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max,
      `a whole number from ${min} to ${max}`,
    ),
    v.transform(Number),
  );
}

/** A decimal number, multiplied by `factor` and rounded to a whole where that is not 1. */
function number(min: number, max: number, factor = 1) {
  return v.pipe(
    v.string(),
    v.check(
      (text) => /^\d+(\.\d+)?$/.test(text) && Number(text) >= min && Number(text) <= max,
      `a number from ${min} to ${max}`,
    ),
    v.transform((text) => (factor === 1 ? Number(text) : Math.round(Number(text) * factor))),
  );
}

function urlOf(protocols: readonly string[]) {
  return v.pipe(
    v.string(),
    v.check(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}`,
    ),
  );
}

/** An origin; a slash at its end is taken away. */
function originUrl() {
  return v.pipe(
    v.string(),
    v.transform((text) => text.replace(/\/$/, '')),
    v.check(isOrigin, 'an address such as https://cars.example, without a path'),
  );
}

function listOf(isGood: (text: string) => boolean, expected: string) {
  return v.pipe(
    v.string(),
    v.transform((text) => text.split(',').map((one) => one.trim())),
    v.transform((texts) => texts.filter((one) => one !== '')),
    v.check((texts) => texts.every(isGood), expected),
  );
}
