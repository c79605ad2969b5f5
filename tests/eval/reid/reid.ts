import { join } from 'node:path';
import { embedFiles } from './embed-files';
import type { ReidArguments } from './reid-arguments';
import { readReidFolder, type ReidFile } from './reid-files';
import { scoreReid, type ReidFigures, type ReidImage } from './reid-scores';

export interface ReidEvaluation extends ReidFigures {
  readonly eval: 'reid';
  readonly model: string;
  /** Of VeRi-776: `image_query`. */
  readonly split: string;
  /** Queries and gallery of one class alone. */
  readonly perClass: Readonly<Record<string, ReidFigures>>;
}

/** Scores an embedder on cut-out vehicles. Null when there is no data, which was said. */
export async function evaluateReid(
  wanted: ReidArguments,
  sharedFolder: string | null,
  log: (line: string) => void,
): Promise<ReidEvaluation | null> {
  const folder =
    wanted.dataFolder ?? (sharedFolder === null ? null : join(sharedFolder, 'reid/vn-2cam'));
  if (folder === null) {
    log('skipped: no ../shared (or give --data <dir>)');
    return null;
  }
  const { queries, gallery } = readReidFolder(folder, wanted.split);
  const files = [...new Map([...queries, ...gallery].map((file) => [file.path, file])).values()];
  log(`${queries.length} queries among ${gallery.length} pictures ...`);
  const { model, vectors } = await embedFiles(
    wanted.model,
    files.map(({ path }) => path),
    log,
  );
  const refusedCount = vectors.filter((vector) => vector === null).length;
  if (refusedCount > 0) log(`${refusedCount} pictures are flat or blurred: the app refuses them`);
  const vectorOf = new Map(files.map(({ path }, index) => [path, vectors[index] ?? null]));
  const images = (some: readonly ReidFile[]): readonly ReidImage[] =>
    some.map(({ path, ...facts }) => ({ ...facts, vector: vectorOf.get(path) ?? null }));
  const classes = [...new Set(queries.flatMap(({ vehicleClass }) => vehicleClass ?? []))].sort();
  const ofClass = (some: readonly ReidFile[], name: string): readonly ReidImage[] =>
    images(some.filter(({ vehicleClass }) => vehicleClass === name));
  return {
    eval: 'reid',
    model,
    split: queries === gallery ? wanted.split : 'image_query',
    ...scoreReid(images(queries), images(gallery)),
    perClass: Object.fromEntries(
      classes.map((name) => [name, scoreReid(ofClass(queries, name), ofClass(gallery, name))]),
    ),
  };
}
