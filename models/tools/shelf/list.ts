import { bytesText } from './bytes-text';
import type { ListedModel } from './shelf';

const STATES = {
  'built-in': 'built in',
  installed: 'installed',
  'not-installed': 'not installed',
} as const;

/** The models as a table for a terminal, with a line about how to go on. */
export function modelTable(models: readonly ListedModel[]): string {
  const rows = [
    ['id', 'task', 'licence', 'size', 'state'],
    ...models.map(({ id, task, licence, bytes, state }) => [
      id,
      task,
      licence,
      bytes === null ? 'unknown' : bytesText(bytes),
      STATES[state],
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n\nTo add one: npm run models -- add ID. Cards: models/ID/CARD.md`;
}
