import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../../server/endpoint/read-config';
import { settingsSchema } from '../../../../server/endpoint/settings';

const README = join(import.meta.dirname, '../../../../server/endpoint/README.md');

function mistakesOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('Expected mistakes, found none.');
}

describe('the settings of an endpoint', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'resight-settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keep to this machine and the embedded database when nothing is set', () => {
    const config = readConfig({ PORT: ' ' });
    expect(config.host).toBe('127.0.0.1');
    expect(config.port).toBe(8480);
    expect(config.databaseUrl).toBeNull();
    expect(config.dataFolder).toBe(join(homedir(), '.resight-endpoint'));
    expect(config.store).toEqual({ kind: 'files' });
    expect(config.allowedOrigins).toEqual(['loopback']);
    expect(config.retentionDays).toBeNull();
    expect(config.quotaBytesPerDevice).toBe(50_000_000_000);
  });

  it('are read', () => {
    const config = readConfig({
      PORT: '0',
      DATABASE_URL: 'postgres://me:secret@db/cars',
      RESIGHT_DATA: folder,
      RESIGHT_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,::1',
      RESIGHT_PUBLIC_URL: 'https://cars.example/',
      RESIGHT_ALLOWED_ORIGINS: 'https://app.example,loopback',
      RESIGHT_STORE: 's3',
      RESIGHT_S3_BUCKET: 'cars',
      RESIGHT_S3_ADDRESS: 'https://storage.example',
      RESIGHT_QUOTA_GB: '0.5',
      RESIGHT_RETENTION_DAYS: '30',
      RESIGHT_ALLOW_PLAIN_HTTP: 'yes',
      RESIGHT_LOG_LEVEL: 'warn',
    });
    expect(config).toMatchObject({
      port: 0,
      databaseUrl: 'postgres://me:secret@db/cars',
      dataFolder: folder,
      trustedProxies: ['127.0.0.1', '10.0.0.0/8', '::1'],
      publicUrl: 'https://cars.example',
      allowedOrigins: ['https://app.example', 'loopback'],
      store: {
        kind: 's3',
        bucket: 'cars',
        region: 'us-east-1',
        address: 'https://storage.example',
      },
      quotaBytesPerDevice: 500_000_000,
      retentionDays: 30,
      isPlainHttpAllowed: true,
      logLevel: 'warn',
    });
  });

  it('tell all mistakes at once, each with what was expected and found', () => {
    const message = mistakesOf({
      PORT: '70000',
      RESIGHT_QUOTA_GB: 'plenty',
      RESIGHT_TRUSTED_PROXIES: '10.0.0.0/40',
      RESIGHT_ALLOWED_ORIGINS: 'https://app.example/page',
      RESIGHT_PUBLIC_URL: 'cars.example',
      RESIGHT_STORE: 'tape',
      RESIGHT_ALLOW_PLAIN_HTTP: 'perhaps',
    });
    expect(message.split('\n  ')).toEqual([
      'The endpoint cannot start with these settings:',
      'PORT: expected a whole number from 0 to 65535, found "70000".',
      'RESIGHT_ALLOW_PLAIN_HTTP: expected yes or no, found "perhaps".',
      'RESIGHT_TRUSTED_PROXIES: expected addresses such as 127.0.0.1 or 10.0.0.0/8, with commas between, found "10.0.0.0/40".',
      'RESIGHT_PUBLIC_URL: expected an address such as https://cars.example, without a path, found "cars.example".',
      'RESIGHT_ALLOWED_ORIGINS: expected origins such as https://app.example, or loopback, with commas between, found "https://app.example/page".',
      'RESIGHT_STORE: expected files or s3, found "tape".',
      'RESIGHT_QUOTA_GB: expected a number from 0.001 to 1000000, found "plenty".',
    ]);
  });

  it('do not show the password of a database address that is wrong', () => {
    const message = mistakesOf({ DATABASE_URL: 'mysql://me:hunter2@db/cars' });
    expect(message).toContain('DATABASE_URL: expected an address that begins with postgres://');
    expect(message).not.toContain('hunter2');
  });

  it.each(['0.0.0.0', '::', '192.168.1.4', 'cars.example'])(
    'refuse to listen on %s without TLS, a trusted proxy or a word that it is wanted',
    (HOST) => {
      expect(mistakesOf({ HOST })).toContain('without TLS');
      expect(readConfig({ HOST, RESIGHT_ALLOW_PLAIN_HTTP: 'yes' }).host).toBe(HOST);
      expect(readConfig({ HOST, RESIGHT_TRUSTED_PROXIES: '10.0.0.1' }).host).toBe(HOST);
    },
  );

  it.each(['127.0.0.1', '127.0.0.9', '::1', 'localhost'])(
    'let it listen on %s as it is',
    (HOST) => {
      expect(readConfig({ HOST }).tls).toBeNull();
    },
  );

  it('want certificate and key together, and as files that are there', () => {
    const certificate = join(folder, 'certificate.pem');
    const key = join(folder, 'key.pem');
    writeFileSync(certificate, '');
    expect(mistakesOf({ RESIGHT_TLS_CERTIFICATE: certificate })).toContain('both or none');
    const both = { RESIGHT_TLS_CERTIFICATE: certificate, RESIGHT_TLS_KEY: key };
    expect(mistakesOf(both)).toContain(`expected a file at ${key}, found none`);
    writeFileSync(key, '');
    expect(readConfig({ ...both, HOST: '0.0.0.0' }).tls).toEqual({
      certificatePath: certificate,
      keyPath: key,
    });
  });

  it('want a bucket for S3', () => {
    expect(mistakesOf({ RESIGHT_STORE: 's3' })).toContain('RESIGHT_S3_BUCKET');
  });

  it('stand in the README as they are', async () => {
    const rows = Object.entries(settingsSchema.entries).map(([name, schema]) => {
      // Every setting is a pipe that ends with its description and its standard.
      const described = schema as Parameters<typeof v.getMetadata>[0];
      const { standard } = v.getMetadata(described);
      const shown = typeof standard === 'string' && standard !== '' ? `\`${standard}\`` : '';
      return `| \`${name}\` | ${shown} | ${v.getDescription(described) ?? ''} |`;
    });
    const table = await format(
      ['| Variable | Standard | What it is |', '| --- | --- | --- |', ...rows].join('\n'),
      { parser: 'markdown' },
    );
    const [, found] = /<!-- settings -->\n([^]*)<!-- \/settings -->/.exec(
      readFileSync(README, 'utf8'),
    )!;
    expect(found!.trim()).toBe(table.trim());
  });
});
