import { writeFile } from 'node:fs/promises';
import type { SessionReader } from '../../src/contracts/session';
import { sessionFileExporter } from '../../src/sinks/export/session-file/session-file';
import { collectExport } from '../support/collect-export';
import { alteredSession, makeSession } from '../support/make-session';
import { fileTools, makeDeviceKey } from '../support/session-file-tools';
import { withResults } from '../support/session-with-results';

/** Texts that are looked for afterwards. */
export interface SessionMarks {
  readonly title: string;
  readonly camera: string;
  /** At the end of every picture. */
  readonly crop: string;
}

/**
 * Writes a session file with results, descriptors and pictures that are `paddingBytes` larger in all than they need to be. Returns what
 * is in it.
 */
export async function writePaddedSession(
  path: string,
  marks: SessionMarks,
  paddingBytes: number,
): Promise<SessionReader> {
  const made = await withResults(
    makeSession({ durationS: 10, kind: 'crops', labels: [marks.camera] }),
  );
  const isCrop = (name: string): boolean => name.startsWith('crops/');
  const cropCount = (await made.partNames()).filter(isCrop).length;
  const length = Math.ceil(paddingBytes / cropCount);
  const noise = Uint8Array.from({ length }, (_, at) => (at * at * 31) >> 3);
  const session = alteredSession(made, {
    header: { ...made.header, title: marks.title },
    part: async (name) => {
      const part = await made.part(name);
      return isCrop(name) ? new Blob([part, noise, marks.crop], { type: part.type }) : part;
    },
  });
  const exporter = sessionFileExporter(fileTools(await makeDeviceKey()));
  const { blob } = await collectExport(exporter, session);
  await writeFile(path, new Uint8Array(await blob.arrayBuffer()));
  return session;
}
