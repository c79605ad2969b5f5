import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { SCOPES, scopesSchema, type Scope } from '../../src/core/sync-api/access';
import { UsageError } from '../arguments';

/** What `npm run endpoint` was asked to do. */
export type EndpointArguments =
  | { readonly command: 'serve'; readonly shouldBuild: boolean; readonly overrides: Overrides }
  | { readonly command: 'pair'; readonly scopes: readonly Scope[]; readonly overrides: Overrides };

/** Settings of the environment that the command line replaces. */
type Overrides = Readonly<Record<string, string>>;

const KNOWN =
  'Known: [pair [--scopes upload,read,publish,admin]] --host <address> --port <number> --data <folder> --allow-plain-http --no-build';

/** Reads the command line. Throws UsageError. */
export function readEndpointArguments(argv: readonly string[]): EndpointArguments {
  const { values, positionals } = parse(argv);
  const overrides: Overrides = {
    ...(values.host === undefined ? {} : { HOST: values.host }),
    ...(values.port === undefined ? {} : { PORT: values.port }),
    ...(values.data === undefined ? {} : { RESIGHT_DATA: values.data }),
    ...(values['allow-plain-http'] === true ? { RESIGHT_ALLOW_PLAIN_HTTP: 'yes' } : {}),
  };
  const [command, ...rest] = positionals;
  if (rest.length > 0 || (command !== undefined && command !== 'pair')) {
    throw new UsageError(
      `Expected no command, or "pair", found "${positionals.join(' ')}". ${KNOWN}`,
    );
  }
  if (command === 'pair') return { command, scopes: readScopes(values.scopes), overrides };
  if (values.scopes !== undefined) {
    throw new UsageError(`--scopes is for: npm run endpoint -- pair. ${KNOWN}`);
  }
  return { command: 'serve', shouldBuild: values['no-build'] !== true, overrides };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        host: { type: 'string' },
        port: { type: 'string' },
        data: { type: 'string' },
        scopes: { type: 'string' },
        'allow-plain-http': { type: 'boolean' },
        'no-build': { type: 'boolean' },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}. ${KNOWN}`, { cause: error });
  }
}

function readScopes(text: string | undefined): readonly Scope[] {
  if (text === undefined) return SCOPES;
  const parsed = v.safeParse(scopesSchema, [...new Set(text.split(',').map((one) => one.trim()))]);
  if (parsed.success) return parsed.output;
  throw new UsageError(
    `--scopes: expected some of ${SCOPES.join(', ')}, with commas between, found "${text}".`,
  );
}
