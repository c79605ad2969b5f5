import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/app-error';
import { sessionFileExporter } from '../../../../src/sinks/export/session-file/session-file';
import { importSessionFile } from '../../../../src/sinks/import/import-session-file';
import type { ImportTools } from '../../../../src/sinks/import/import-tools';
import { verifySessionFile } from '../../../../src/sinks/verify/verify-session-file';
import { collectExport } from '../../../support/collect-export';
import { makeArchive, packAgain, rename, type MadeEntry } from '../../../support/hostile-archives';
import type { MemoryWriter } from '../../../support/memory-writer';
import {
  fileTools,
  importTools,
  makeDeviceKey,
  makeFullSession,
} from '../../../support/session-file-tools';

const never = new AbortController().signal;
let file: File;

beforeAll(async () => {
  const exporter = sessionFileExporter(fileTools(await makeDeviceKey()));
  const { blob } = await collectExport(exporter, await makeFullSession({ durationS: 3 }));
  file = new File([blob], 'session.zip');
});

/** Imports and answers with the refusal; nothing may remain of what was begun. */
async function refusalOf(
  candidate: File,
  { tools, writers }: { tools: ImportTools; writers: readonly MemoryWriter[] } = importTools(),
): Promise<AppError> {
  const task = { tools, tell: () => undefined, signal: never };
  const error: unknown = await importSessionFile(candidate, task).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  for (const { fate } of writers) expect(fate).toBe('discarded');
  // The line above found it to be one.
  return error as AppError;
}

/** Where the tests meddle with a manifest. */
interface ForgedManifest {
  version: number;
  readonly session: {
    cameras: { cameraId: string; label: string; widthPx: number }[];
    readonly resultSets: { boxCount: number }[];
    startUs: number | null;
    endUs: number;
    readonly segments: { byteCount: number }[];
    masks: unknown[];
    title: string;
  };
  readonly parts: { path: string; role: string; byteCount: number }[];
}

/** An archive that a person without a key could make, with a manifest that fits its parts. */
async function forged(change: (manifest: ForgedManifest) => void): Promise<File> {
  return packAgain(file, (entry) => {
    if (entry.path === 'signature.json') return [];
    if (entry.path !== 'manifest.json') return [entry];
    // Written by the app itself, as an object.
    const manifest = JSON.parse(new TextDecoder().decode(entry.bytes)) as ForgedManifest;
    change(manifest);
    return [{ path: entry.path, text: JSON.stringify({ ...manifest, keyFingerprint: null }) }];
  });
}

describe('import of a session file', () => {
  it('says what is worth knowing about it', async () => {
    const { tools, writers } = importTools();
    const fractions: number[] = [];
    const task = { tools, tell: (done: number) => void fractions.push(done), signal: never };
    expect(await importSessionFile(file, task)).toEqual({ sessionId: 'imported-0', notes: [] });
    expect(fractions.at(-1)).toBeCloseTo(1);
    const { notes } = await importSessionFile(file, task);
    expect(notes).toEqual([
      'This session was in the list already as "Made for tests"; this is another copy of it.',
    ]);
    expect(writers.map(({ fate }) => fate)).toEqual(['finished', 'finished']);
  });

  it('takes one that another program packed again, and says so', async () => {
    const { tools } = importTools();
    const again = await packAgain(file, (entry) => [entry, ...macExtras(entry)]);
    const task = { tools, tell: () => undefined, signal: never };
    const { notes } = await importSessionFile(again, task);
    expect(notes).toEqual([
      'The file was packed again by another program. Its contents are as they were.',
      'The file has parts that were not there when it was exported. They were not read.',
    ]);
  });

  it('leaves nothing when it is cancelled, at whatever moment', async () => {
    const moments = [0.1, 0.5, 0.62, 0.8, 0.95];
    for (const moment of moments) {
      const { tools, writers } = importTools();
      const controller = new AbortController();
      const tell = (done: number): void => {
        if (done >= moment) controller.abort();
      };
      const task = { tools, tell, signal: controller.signal };
      await expect(importSessionFile(file, task)).rejects.toThrow(
        expect.objectContaining({ name: 'AbortError' }),
      );
      for (const { fate } of writers) expect(fate).toBe('discarded');
    }
  });

  it('refuses one that there is no room for, with both figures', async () => {
    const { code, message } = await refusalOf(file, importTools(1000));
    expect(code).toBe('STORAGE_FULL');
    expect(message).toMatch(/^Expected room for \d+ bytes, found 1000 bytes free/);
  });

  it.each([
    ['data/results-live.rsl', 20],
    ['data/video-0-0.mp4', 100],
    ['exports/live/tracks.csv', 5],
  ])('refuses one with a changed byte in %s', async (path, at) => {
    const changed = await packAgain(file, (entry) => {
      const bytes = entry.bytes?.slice();
      if (entry.path === path && bytes) bytes[at] = (bytes[at] ?? 0) ^ 1;
      return [bytes ? { ...entry, bytes } : entry];
    });
    const { code, message } = await refusalOf(changed);
    expect(code).toBe('IMPORT_REFUSED');
    expect(message).toMatch(new RegExp(`^${path}: expected SHA-256 .*, found `));
  });
});

describe('a forged manifest', () => {
  const cases: readonly [string, (manifest: ForgedManifest) => void, RegExp][] = [
    [
      'of a later version',
      (m) => {
        m.version = 2;
      },
      /version 2.*update the app/,
    ],
    [
      'without cameras',
      (m) => {
        m.session.cameras = [];
      },
      /manifest.json: expected .* at session.cameras/,
    ],
    [
      'with another number of boxes',
      (m) => {
        m.session.resultSets[0]!.boxCount += 1;
      },
      /results-live.rsl: expected .*found/,
    ],
    [
      'with cameras the results do not know',
      (m) => {
        m.session.cameras[0]!.cameraId = 'other';
      },
      /manifest.json: expected .*segments/,
    ],
    [
      'with a picture of no size',
      (m) => {
        m.session.cameras[0]!.widthPx = 0;
      },
      /session.cameras.0.widthPx/,
    ],
    [
      'with a picture too small for its boxes',
      (m) => {
        m.session.cameras[0]!.widthPx = 1;
      },
      /expected a box near a picture of 1x360/,
    ],
    [
      'with a time that is no number',
      (m) => {
        m.session.startUs = null;
      },
      /session.startUs/,
    ],
    [
      'that ends before it starts',
      (m) => {
        m.session.endUs = m.session.startUs! - 1;
      },
      /a start before the end/,
    ],
    [
      'with two parts of one name',
      (m) => {
        m.parts.push(m.parts[0]!);
      },
      /paths of their own/,
    ],
    [
      'with a path out of the folder',
      (m) => {
        m.parts[0]!.path = '../secret';
      },
      /parts.0.path/,
    ],
    [
      'that gives data another role',
      (m) => {
        m.parts.find((p) => p.path.endsWith('.rsl'))!.role = 'export';
      },
      /data\/results-live.rsl: expected this part/,
    ],
    [
      'that calls a page data',
      (m) => {
        m.parts[0]!.role = 'data';
      },
      /README.txt: expected a data part/,
    ],
    [
      'with a segment of another length',
      (m) => {
        m.session.segments[0]!.byteCount = 7;
      },
      /video-0-0.mp4: expected 7 bytes/,
    ],
    [
      'with segments out of order',
      (m) => {
        m.session.segments.reverse();
      },
      /in order of time/,
    ],
    [
      'with a mask outside of the picture',
      (m) => {
        m.session.masks = [
          {
            cameraId: 'camera-a',
            polygons: [
              [
                { x: 2, y: 0 },
                { x: 0, y: 0 },
                { x: 0, y: 1 },
              ],
            ],
          },
        ];
      },
      /masks.0.polygons/,
    ],
    [
      'with a title of a million letters',
      (m) => {
        m.session.title = 'x'.repeat(1e6);
      },
      /session.title/,
    ],
    [
      'that expects a length a part has not',
      (m) => {
        m.parts[0]!.byteCount += 1;
      },
      /README.txt: expected \d+ bytes, found \d+/,
    ],
  ];

  it.each(cases)('%s is refused with the reason', async (_, change, expected) => {
    const { code, message } = await refusalOf(await forged(change));
    expect(code).toBe('IMPORT_REFUSED');
    expect(message).toMatch(expected);
  });

  it('keeps markup in names as the text it is', async () => {
    const { tools, writers } = importTools();
    const label = '<img src=x onerror="alert(1)">';
    const named = await forged((manifest) => {
      manifest.session.cameras[0]!.label = label;
    });
    const task = { tools, tell: () => undefined, signal: never };
    const { notes } = await importSessionFile(named, task);
    expect(writers[0]!.reader().header.cameras[0]!.label).toBe(label);
    expect(notes).toContain('The file is not signed: who made it cannot be checked.');
  });
});

describe('a hostile archive', () => {
  const paths: readonly [string, string, RegExp][] = [
    ['a way up', '../../evil.txt', /leads straight down/],
    ['a way up in the middle', 'a/../../evil.txt', /leads straight down/],
    ['an absolute path', '/etc/passwd', /path within the archive/],
    ['a drive', 'C:/evil.txt', /path within the archive/],
    ['backslashes', '..\\evil.txt', /backslashes/],
    ['a line break', 'a\nb.txt', /control characters/],
    ['a turned writing direction', 'a\u202Egnp.exe', /control characters/],
    ['an empty step', 'a//b.txt', /straight down/],
    ['a lone point', './a.txt', /straight down/],
  ];
  it.each(paths)('with %s in a name is refused', async (_, path, expected) => {
    const { message } = await refusalOf(await makeArchive([{ path, text: 'x' }]));
    expect(message).toMatch(expected);
    // eslint-disable-next-line no-control-regex -- what must not come out again
    expect(message).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it('with a name twice, or twice but for its letters’ case, is refused', async () => {
    const twice = await rename(
      await makeArchive([
        { path: 'aaa.txt', text: 'a' },
        { path: 'aab.txt', text: 'b' },
      ]),
      'aab.txt',
      'aaa.txt',
    );
    expect((await refusalOf(twice)).message).toMatch(/Ambiguous|twice/);
    const alike = await makeArchive([
      { path: 'a.txt', text: 'a' },
      { path: 'A.TXT', text: 'b' },
    ]);
    expect((await refusalOf(alike)).message).toBe('A.TXT: expected each name once, found it twice');
  });

  it('with a link is refused', async () => {
    const options = { externalFileAttributes: 0xa1ff0000, versionMadeBy: 0x031e };
    const { message } = await refusalOf(
      await makeArchive([{ path: 'link', text: '/etc/passwd', options }]),
    );
    expect(message).toBe('link: expected a file, found a link');
  });

  it('with an encrypted entry is refused', async () => {
    const options = { password: 'secret', zipCrypto: true };
    const { message } = await refusalOf(
      await makeArchive([{ path: 'manifest.json', text: '{}', options }]),
    );
    expect(message).toBe('manifest.json: expected no encryption, found an encrypted entry');
  });

  it('that grows a thousandfold is refused before it is unpacked', async () => {
    const bomb = await makeArchive([
      { path: 'manifest.json', text: '{}' },
      { path: 'data/results-live.rsl', bytes: new Uint8Array(20 * 2 ** 20) },
    ]);
    const { message } = await refusalOf(bomb);
    expect(message).toMatch(/data\/results-live.rsl: expected at most 250 bytes for one packed/);
  });

  it('whose entries overlap is refused', async () => {
    const made = await makeArchive([
      { path: 'manifest.json', text: '{}' },
      { path: 'data/a.txt', text: 'abc' },
    ]);
    const bytes = new Uint8Array(await made.arrayBuffer());
    const view = new DataView(bytes.buffer);
    // The second record of the directory is made to point to the first entry.
    const second = lastRecord(view);
    view.setUint32(second + 42, 0, true);
    expect((await refusalOf(new File([bytes], 'overlap.zip'))).code).toBe('IMPORT_REFUSED');
  });
});

describe('whatever bytes there are', () => {
  const isClean = async (candidate: File): Promise<void> => {
    const { tools, writers } = importTools();
    const task = { tools, tell: () => undefined, signal: never };
    try {
      await importSessionFile(candidate, task);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      for (const { fate } of writers) expect(fate).toBe('discarded');
    }
  };

  it('random ones are refused cleanly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (random) => {
        await isClean(new File([Uint8Array.from(random)], 'random.zip'));
        await isClean(new File(['PK\u0003\u0004', Uint8Array.from(random)], 'random.zip'));
      }),
      { numRuns: 100 },
    );
  });

  it('those of a good file with some changed, left out or doubled are refused cleanly', async () => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const place = fc.nat({ max: bytes.length - 1 });
    const change = fc.oneof(
      fc.record({ type: fc.constant('set' as const), at: place, value: fc.nat({ max: 255 }) }),
      fc.record({ type: fc.constant('cut' as const), at: place, value: fc.nat({ max: 300 }) }),
      fc.record({ type: fc.constant('double' as const), at: place, value: fc.nat({ max: 300 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        let meddled = bytes;
        for (const { type, at, value } of changes) {
          const pieces: readonly Uint8Array<ArrayBuffer>[] =
            type === 'set'
              ? [meddled.slice(0, at), Uint8Array.of(value), meddled.slice(at + 1)]
              : type === 'cut'
                ? [meddled.slice(0, at), meddled.slice(at + value)]
                : [meddled.slice(0, at + value), meddled.slice(at)];
          meddled = new Uint8Array(await new Blob([...pieces]).arrayBuffer());
        }
        const candidate = new File([meddled], 'meddled.zip');
        const report = await verifySessionFile(candidate, () => undefined, never);
        expect(report).toBeDefined();
        await isClean(candidate);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

/** What macOS puts beside files. */
function macExtras({ path }: MadeEntry): readonly MadeEntry[] {
  return path === 'README.txt' ? [{ path: '__MACOSX/._README.txt', text: 'x' }] : [];
}

function lastRecord(view: DataView): number {
  for (let at = view.byteLength - 46; at >= 0; at -= 1)
    if (view.getUint32(at, true) === 0x02014b50) return at;
  throw new RangeError('Expected a record of the directory');
}
