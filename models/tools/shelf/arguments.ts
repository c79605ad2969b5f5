import path from 'node:path';
import { parseArgs } from 'node:util';

/** What `npm run models` was asked to do. Folders are absolute. */
export type ModelsArguments =
  | { readonly command: 'list'; readonly isJson: boolean }
  | { readonly command: 'add'; readonly id: string; readonly mirrorFolder: string | null }
  | { readonly command: 'verify' }
  | { readonly command: 'golden'; readonly id: string }
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
       npm run models -- golden ID     (for developers: writes its golden test into its manifest)

A mirror is a folder that holds model files under their own names; RESIGHT_MODEL_MIRROR names one too.`;

/** Commands that say what they are about: an id or a folder. */
const COMMANDS_WITH_OPERAND: ReadonlySet<string | undefined> = new Set(['add', 'mirror', 'golden']);

/** Reads the command line, then `RESIGHT_MODEL_MIRROR`. Throws {@link UsageError}. */
export function readModelsArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ModelsArguments {
  const { values, positionals } = parse(argv);
  const [command, operand] = positionals;
  refuseWhatIsTooMuch(values, positionals);
  const mirror = values.mirror ?? (environment['RESIGHT_MODEL_MIRROR'] || undefined);
  const mirrorFolder = mirror === undefined ? null : path.resolve(mirror);
  switch (command) {
    case 'list':
      return { command, isJson: values.json ?? false };
    case 'verify':
      return { command };
    case 'add':
      return { command, id: given(operand, MISSING_ID), mirrorFolder };
    case 'golden':
      return { command, id: given(operand, MISSING_ID) };
    case 'mirror': {
      const folder = path.resolve(given(operand, 'Expected the folder to fill'));
      return { command, folder, mirrorFolder };
    }
    default:
      throw new UsageError(
        `Expected list, add, verify, mirror or golden, found ${command ?? 'nothing'}`,
      );
  }
}

const MISSING_ID = 'Expected the id of a model: "list" shows them';

function given(operand: string | undefined, complaint: string): string {
  if (!operand) throw new UsageError(complaint);
  return operand;
}

function refuseWhatIsTooMuch(
  values: ReturnType<typeof parse>['values'],
  [command, ...operands]: readonly string[],
): void {
  const surplus = operands[COMMANDS_WITH_OPERAND.has(command) ? 1 : 0];
  if (surplus !== undefined) {
    throw new UsageError(`Expected no more after "${command}", found "${surplus}"`);
  }
  if (values.json && command !== 'list') throw new UsageError('--json belongs to "list"');
  if (values.mirror !== undefined && command !== 'add' && command !== 'mirror') {
    throw new UsageError('--mirror belongs to "add" and "mirror"');
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
