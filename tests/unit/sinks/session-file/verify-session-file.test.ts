import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VerificationReport } from '../../../../src/contracts/export';
import { openArchive, type ArchiveEntry } from '../../../../src/core/session-format/archive';
import { sessionFileExporter } from '../../../../src/sinks/export/session-file/session-file';
import { verifySessionFile } from '../../../../src/sinks/verify/verify-session-file';
import { collectExport } from '../../../support/collect-export';
import { makeArchive, packAgain } from '../../../support/hostile-archives';
import { fileTools, makeDeviceKey, makeFullSession } from '../../../support/session-file-tools';

const never = new AbortController().signal;
let file: Blob;
let bytes: Uint8Array<ArrayBuffer>;
let entries: readonly ArchiveEntry[];

function verified(candidate: Blob): Promise<VerificationReport> {
  return verifySessionFile(candidate, () => undefined, never);
}

/** Names of parts that are not as they were, and of those the error tells of. */
function toldOf({ error, parts }: VerificationReport): string {
  const changed = parts.filter(({ verdict }) => verdict !== 'intact');
  return [error?.message ?? '', ...changed.map(({ name }) => name)].join(' ');
}

function changed(offset: number, mask: number): Blob {
  const copy = bytes.slice();
  copy[offset] = (copy[offset] ?? 0) ^ mask;
  return new Blob([copy]);
}

beforeAll(async () => {
  const exporter = sessionFileExporter(fileTools(await makeDeviceKey()));
  const session = await makeFullSession({ durationS: 2, cameraCount: 2 });
  file = (await collectExport(exporter, session)).blob;
  bytes = new Uint8Array(await file.arrayBuffer());
  ({ entries } = await openArchive(file));
});

describe('a session file that nobody touched', () => {
  it('is intact in every part, and signed', async () => {
    const report = await verified(file);
    expect(report.error).toBeNull();
    expect(report.parts.map(({ verdict }) => verdict)).toEqual(report.parts.map(() => 'intact'));
    expect(report.parts.map(({ name }) => name)).toEqual(entries.map(({ path }) => path));
    expect(report.signature).toBe('valid');
    expect(report.keyFingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(report.signedUnixMs).toBe(1_778_600_000_000);
    expect(report.appVersion).toBe('0.1.0');
  });

  it('has the same fingerprint whenever the same device signs, and another one of another device', async () => {
    const session = await makeFullSession({ durationS: 1 });
    const key = await makeDeviceKey();
    const fingerprints: (string | null)[] = [];
    for (const signer of [key, key, await makeDeviceKey()]) {
      const { blob } = await collectExport(sessionFileExporter(fileTools(signer)), session);
      fingerprints.push((await verified(blob)).keyFingerprint);
    }
    expect(fingerprints[0]).toBe(fingerprints[1]);
    expect(fingerprints[0]).not.toBe(fingerprints[2]);
  });

  it('says that it is not signed when the device had no key', async () => {
    const session = await makeFullSession({ durationS: 1 });
    const { blob, summary } = await collectExport(sessionFileExporter(fileTools(null)), session);
    const report = await verified(blob);
    expect(report.signature).toBe('missing');
    expect(report.error).toBeNull();
    expect(report.parts.every(({ verdict }) => verdict === 'intact')).toBe(true);
    expect(summary.notes).toEqual(['This device has no key to sign with: the file is not signed.']);
  });
});

describe('one byte changed', () => {
  it('within a part is told with the name of that part, wherever it is', async () => {
    const inPart = fc
      .nat({ max: entries.length - 1 })
      .chain((place) =>
        fc.tuple(
          fc.constant(entries[place]!),
          fc.integer({ min: entries[place]!.offset, max: entries[place]!.endOffset - 1 }),
          fc.integer({ min: 1, max: 255 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(inPart, async ([entry, offset, mask]) => {
        expect(toldOf(await verified(changed(offset, mask)))).toContain(entry.path);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('in headers, directory or its end is told of, too', async () => {
    const edges = entries.flatMap(({ offset, path }) =>
      Array.from({ length: 30 + path.length }, (_, index) => offset + index),
    );
    const directoryOffset = entries.at(-1)!.endOffset;
    for (let offset = directoryOffset; offset < bytes.length; offset += 1) edges.push(offset);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...edges),
        fc.integer({ min: 1, max: 255 }),
        async (offset, mask) => {
          const { error, parts } = await verified(changed(offset, mask));
          const told = [error?.message ?? null, ...parts.map(({ problem }) => problem)];
          const problems = told.filter((problem) => problem !== null);
          expect(problems).not.toEqual([]);
          for (const problem of problems) expect(problem).toMatch(/expected .+, found .+/);
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);

  it('added at the end or at the start is told of', async () => {
    for (const padded of [new Blob([file, 'x']), new Blob(['x', file])]) {
      const { error } = await verified(padded);
      expect(error?.message).toMatch(/expected .*, found /);
    }
  });
});

describe('a session file that was meddled with', () => {
  const text = (contents: Uint8Array | undefined): string => new TextDecoder().decode(contents);

  it('names a part that was taken away, one that was put in, and one that was changed', async () => {
    const meddled = await packAgain(file, (entry) => {
      if (entry.path === 'data/video-0-1.mp4') return [];
      if (entry.path !== 'exports/live/tracks.csv') return [entry];
      return [
        { path: entry.path, text: 'track_id\r\n' },
        { path: 'exports/extra.txt', text: 'x' },
      ];
    });
    const { parts } = await verified(meddled);
    const verdictOf = (name: string) => parts.find((part) => part.name === name)?.verdict;
    expect(verdictOf('data/video-0-1.mp4')).toBe('missing');
    expect(verdictOf('exports/extra.txt')).toBe('unlisted');
    expect(verdictOf('exports/live/tracks.csv')).toBe('changed');
  });

  it('is told apart from one that was only packed again, which keeps its valid signature', async () => {
    const { error, parts, signature } = await verified(await packAgain(file));
    expect(error).toBeNull();
    expect(new Set(parts.map(({ verdict }) => verdict))).toEqual(new Set(['repacked']));
    expect(signature).toBe('valid');
  });

  it('cannot have a part and its digest changed without the signature breaking', async () => {
    const meddled = await packAgain(file, (entry) => {
      if (entry.path !== 'manifest.json') return [entry];
      return [
        { path: entry.path, text: text(entry.bytes).replace('"title": "Made', '"title": "Told') },
      ];
    });
    const { parts, signature } = await verified(meddled);
    expect(signature).toBe('invalid');
    expect(parts.find(({ name }) => name === 'manifest.json')?.verdict).toBe('changed');
  });

  it('cannot have its signature taken away unnoticed', async () => {
    const meddled = await packAgain(file, (entry) =>
      entry.path === 'signature.json' ? [] : [entry],
    );
    const { parts, signature } = await verified(meddled);
    expect(signature).toBe('missing');
    expect(parts.find(({ name }) => name === 'signature.json')?.verdict).toBe('missing');
  });

  it('cannot be signed by another key under the first one’s manifest', async () => {
    const other = sessionFileExporter(fileTools(await makeDeviceKey()));
    const session = await makeFullSession({ durationS: 2, cameraCount: 2 });
    const { blob } = await collectExport(other, session);
    const archive = await openArchive(blob);
    const foreign = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const entry of archive.entries) {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      await archive.read(entry, (chunk) => void chunks.push(chunk.slice()), never);
      foreign.set(entry.path, new Uint8Array(await new Blob(chunks).arrayBuffer()));
    }
    const meddled = await packAgain(file, (entry) =>
      entry.path === 'signature.json'
        ? [{ path: entry.path, bytes: foreign.get(entry.path)! }]
        : [entry],
    );
    expect((await verified(meddled)).signature).toBe('invalid');
  });
});

describe('what is no session file', () => {
  it.each([
    ['nothing', new Blob([])],
    ['text', new Blob(['Hello'])],
    ['half a session file', new Blob([new Uint8Array(100_000)])],
  ])('is told to be none, without a throw: %s', async (_, candidate) => {
    const { error, parts } = await verified(candidate);
    expect(error?.code).toBe('IMPORT_REFUSED');
    expect(error?.message).toMatch(/expected .*, found /);
    expect(parts).toEqual([]);
  });

  it('is told what a ZIP file lacks', async () => {
    const { error } = await verified(await makeArchive([{ path: 'a.txt', text: 'a' }]));
    expect(error?.message).toBe(
      'The file: expected a session file with manifest.json, found an archive without one',
    );
  });

  it('asks for an update of the app when a later one wrote it', async () => {
    const later = '{"format": "resight-session", "version": 2}';
    const { error } = await verified(await makeArchive([{ path: 'manifest.json', text: later }]));
    expect(error?.message).toContain('update the app');
  });

  it('ends with AbortError when it is cancelled', async () => {
    const controller = new AbortController();
    const cancelled = verifySessionFile(
      file,
      () => {
        controller.abort();
      },
      controller.signal,
    );
    await expect(cancelled).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
