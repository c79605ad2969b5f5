import { describe, expect, it } from 'vitest';
import type { ExportRequest } from '../../../../src/contracts/export';
import type { SessionReader } from '../../../../src/contracts/session';
import { openArchive, readWhole } from '../../../../src/core/session-format/archive';
import { sessionFileExporter } from '../../../../src/sinks/export/session-file/session-file';
import { importSessionFile } from '../../../../src/sinks/import/import-session-file';
import { collectExport } from '../../../support/collect-export';
import {
  fileTools,
  importTools,
  makeDeviceKey,
  makeFullSession,
} from '../../../support/session-file-tools';

const never = new AbortController().signal;

async function exported(
  session: SessionReader,
  fields: Partial<ExportRequest> = {},
): Promise<File> {
  const exporter = sessionFileExporter(fileTools(await makeDeviceKey()));
  const { blob } = await collectExport(exporter, session, fields);
  return new File([blob], 'session.zip');
}

async function imported(file: File): Promise<SessionReader> {
  const { tools, writers } = importTools();
  await importSessionFile(file, { tools, tell: () => undefined, signal: never });
  return writers[0]!.reader();
}

/** Contents of all parts but those that tell of this one export. */
async function contents(file: File): Promise<ReadonlyMap<string, string>> {
  const archive = await openArchive(file);
  const parts = new Map<string, string>();
  for (const entry of archive.entries) {
    if (['manifest.json', 'signature.json'].includes(entry.path)) continue;
    const bytes = await readWhole(archive, entry, 1e8, never);
    parts.set(entry.path, Buffer.from(bytes).toString('latin1'));
  }
  return parts;
}

/** The session with a further analysis, which found the same. */
function withFurtherAnalysis(session: SessionReader): SessionReader {
  const [first] = session.header.resultSets;
  if (!first) throw new Error('Expected a result set');
  const again = { ...first, id: 'again-1', label: 'with another detector' };
  const original = (name: string): string => name.replace(again.id, first.id);
  return {
    header: { ...session.header, resultSets: [first, again] },
    segments: session.segments,
    frames: (set, range) => session.frames(original(set), range),
    tracks: (set) => session.tracks(original(set)),
    sightings: (set) => session.sightings(original(set)),
    partNames: async () => [...(await session.partNames()), 'results-again-1.rsl'],
    part: (name) => session.part(original(name)),
  };
}

describe('export, import, export again', () => {
  const cases: readonly {
    readonly name: string;
    readonly fields: Partial<ExportRequest>;
    readonly cameraCount: number;
  }[] = [
    { name: 'all of a session', fields: {}, cameraCount: 2 },
    { name: 'a session without video', fields: { without: ['video'] }, cameraCount: 1 },
    { name: 'a session without crops', fields: { without: ['crops'] }, cameraCount: 1 },
    { name: 'a session without descriptors', fields: { without: ['descriptors'] }, cameraCount: 2 },
    { name: 'a stretch', fields: { range: { startUs: 7e6, endUs: 9e6 } }, cameraCount: 2 },
    {
      name: 'a stretch of results only',
      fields: {
        range: { startUs: 7e6, endUs: 9e6 },
        without: ['video', 'crops', 'descriptors'],
      },
      cameraCount: 2,
    },
  ];
  it('keeps every analysis of a session, also of a stretch of it', async () => {
    const session = withFurtherAnalysis(await makeFullSession({ durationS: 10 }));
    for (const range of [null, { startUs: 7e6, endUs: 9e6 }]) {
      const first = await exported(session, { range });
      const copy = await imported(first);
      expect(copy.header.resultSets.map(({ id, label }) => [id, label])).toEqual([
        ['live', session.header.resultSets[0]?.label],
        ['again-1', 'with another detector'],
      ]);
      expect(await copy.sightings('again-1')).toEqual(await copy.sightings('live'));
      expect((await copy.sightings('again-1')).length).toBeGreaterThan(0);
      const parts = await contents(first);
      expect([...parts.keys()]).toEqual(
        expect.arrayContaining(['data/results-again-1.rsl', 'exports/again-1/events.jsonl']),
      );
      expect(await contents(await exported(copy))).toEqual(parts);
    }
  });

  it.each(cases)('gives the same bytes in every part: $name', async ({ fields, cameraCount }) => {
    const gap = { from: 0.5, to: 0.6 };
    const session = await makeFullSession({ durationS: 10, cameraCount, gap });
    const first = await exported(session, fields);
    const copy = await imported(first);
    const second = await exported(copy);
    const expected = await contents(first);
    expect([...(await contents(second))]).toEqual([...expected]);
    expect(expected.size).toBeGreaterThan(5);
    expect(copy.header.origin).toBe('imported');
  });
});
