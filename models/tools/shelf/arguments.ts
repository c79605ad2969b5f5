import path from 'node:path';
import { parseArgs } from 'node:util';

/** What `npm run models` was asked to do. Folders are absolute. */
export type ModelsArguments =
  | { readonly command: 'list'; readonly isJson: boolean }
  | { readonly command: 'add'; readonly id: string; readonly mirrorFolder: string | null }
  | { readonly command: 'verify' }
  | { readonly command: 'mirror'; readonly folder: string; readonly mirrorFolder: string | null };

/** A mistake in the command line; the message says what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Printed after a mistake, and for `--help`. */
export const USAGE = `Usage: npm run models -- list [--json]
       npm run models -- add ID [--mirror FOLDER]
       npm run models -- verify
       npm run models -- mirror FOLDER [--mirror FOLDER]

A mirror is a folder that holds model files under their own names; RESIGHT_MODEL_MIRROR names one too.`;

/** Reads the command line, then `RESIGHT_MODEL_MIRROR`. Throws {@link UsageError}. */
export function readModelsArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ModelsArguments {
  const { values, positionals } = parse(argv);
  const [command, operand, ...rest] = positionals;
  const mirror = values.mirror ?? (environment['RESIGHT_MODEL_MIRROR'] || undefined);
  const mirrorFolder = mirror === undefined ? null : path.resolve(mirror);
  const takesOperand = command === 'add' || command === 'mirror';
  if (rest.length > 0 || (operand !== undefined && !takesOperand)) {
    throw new UsageError(`Expected no more after "${command}", found "${rest[0] ?? operand}"`);
  }
  if (values.json && command !== 'list') throw new UsageError('--json belongs to "list"');
  if (values.mirror !== undefined && !takesOperand) {
    throw new UsageError('--mirror belongs to "add" and "mirror"');
  }
  switch (command) {
    case 'list':
      return { command, isJson: values.json ?? false };
    case 'verify':
      return { command };
    case 'add':
      if (!operand) throw new UsageError('Expected the id of a model: "list" shows them');
      return { command, id: operand, mirrorFolder };
    case 'mirror':
      if (!operand) throw new UsageError('Expected the folder to fill');
      return { command, folder: path.resolve(operand), mirrorFolder };
    default:
      throw new UsageError(`Expected list, add, verify or mirror, found ${command ?? 'nothing'}`);
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean' }, mirror: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
