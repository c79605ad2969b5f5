import { describe, expect, it } from 'vitest';
import type { SessionReader } from '../../../../src/contracts/session';
import { AppError } from '../../../../src/core/app-error';
import { openArchive, readWhole } from '../../../../src/core/session-format/archive';
import { readManifest } from '../../../../src/core/session-format/manifest';
import { sessionFileExporter } from '../../../../src/sinks/export/session-file/session-file';
import { verifySessionFile } from '../../../../src/sinks/verify/verify-session-file';
import { collectExport, requestOf } from '../../../support/collect-export';
import { makeSession } from '../../../support/make-session';
import { withResults } from '../../../support/session-with-results';
import { fileTools, makeDeviceKey, makeFullSession } from '../../../support/session-file-tools';

const never = new AbortController().signal;
const exporter = sessionFileExporter(fileTools(await makeDeviceKey()));

async function textOf(blob: Blob, path: string): Promise<string> {
  const archive = await openArchive(blob);
  const entry = archive.entries.find((one) => one.path === path)!;
  return new TextDecoder().decode(await readWhole(archive, entry, 1e7, never));
}

async function isIntact(blob: Blob): Promise<boolean> {
  const { error, parts, signature } = await verifySessionFile(blob, () => undefined, never);
  return !error && signature === 'valid' && parts.every(({ verdict }) => verdict === 'intact');
}

describe('a session file', () => {
  it('tells in its manifest everything about the session and how it was made', async () => {
    const session = await makeFullSession({ durationS: 4, cameraCount: 2, hasPosition: true });
    const { blob } = await collectExport(exporter, session, { without: ['descriptors'] });
    const bytes = new TextEncoder().encode(await textOf(blob, 'manifest.json'));
    const manifest = readManifest(bytes);
    const { header } = session;
    expect(manifest).toMatchObject({
      version: 1,
      appVersion: '0.1.0',
      exportedUnixMs: 1_778_600_000_000,
      leftOut: ['descriptors'],
      range: null,
    });
    const { id, cameras, masks, gaps, blur, resultSets } = header;
    expect(manifest.session).toMatchObject({ id, cameras, masks, gaps, blur, resultSets });
    expect(manifest.session.segments).toEqual(session.segments);
  });

  it('explains itself to people, and does not let names pretend to be more', async () => {
    const labels = ['Gate\r\nFrom:   1999', 'North'];
    const session = await makeFullSession({ durationS: 2, cameraCount: 2, labels });
    const { blob } = await collectExport(exporter, session);
    const readme = await textOf(blob, 'README.txt');
    expect(readme).toContain('Camera: Gate From:   1999, North\r\n');
    expect(readme.match(/^From:/gm)).toHaveLength(1);
    expect(readme).toContain('verify.html');
    expect(readme).toContain('pictures of vehicles, video');
  });

  it('says when the page that checks it could not be had', async () => {
    const tools = { ...fileTools(null), verifierPage: () => Promise.resolve(null) };
    const session = await makeFullSession({ durationS: 1 });
    const { blob, summary } = await collectExport(sessionFileExporter(tools), session);
    expect(summary.notes[0]).toMatch(/verify\.html/);
    expect(await textOf(blob, 'README.txt')).not.toContain('Open verify.html');
  });

  it('holds no descriptor and no picture of what was left out, in any part', async () => {
    const session = await makeFullSession({ durationS: 4 });
    const without = ['video', 'crops', 'descriptors'] as const;
    const { blob } = await collectExport(exporter, session, { without });
    const { entries } = await openArchive(blob);
    const media = /\.(mp4|webm|webp|jpg)$/;
    expect(entries.filter(({ path }) => media.test(path))).toEqual([]);
    const lines = (await textOf(blob, 'exports/live/events.jsonl')).split('\n');
    const sightings = lines.filter((line) => line.includes('"type":"sighting"'));
    expect(sightings.length).toBeGreaterThan(0);
    for (const line of sightings) expect(line).toContain('"descriptor":null');
    const archive = await openArchive(blob);
    const results = archive.entries.find(({ path }) => path === 'data/results-live.rsl')!;
    const bytes = await readWhole(archive, results, 1e8, never);
    // Where a sighting has a descriptor, the block's text names its space.
    expect(new TextDecoder('latin1').decode(bytes)).not.toContain('"space"');
  });

  describe('of a session with a piece of video that cannot be read', () => {
    const broken = async (error: Error): Promise<SessionReader> => {
      const session = await makeFullSession({
        durationS: 4,
        cameraCount: 2,
        labels: ['Gate', 'Yard'],
      });
      return {
        ...session,
        part: (name) => (name === 'video-1-0.mp4' ? Promise.reject(error) : session.part(name)),
      };
    };

    it('holds all the others, and tells of the gap and its reason', async () => {
      const session = await broken(
        new AppError('SESSION_DAMAGED', 'Expected 1500 bytes of video-1-0.mp4, found 12'),
      );
      const { blob, summary } = await collectExport(exporter, session);
      expect(await isIntact(blob)).toBe(true);
      const [first, second, lost, last] = session.segments;
      const { segments, gaps } = readManifest(
        new TextEncoder().encode(await textOf(blob, 'manifest.json')),
      ).session;
      expect(segments).toEqual([first, second, { ...last, index: 0, part: 'video-1-0.mp4' }]);
      expect(gaps).toContainEqual({
        startUs: lost?.startUs,
        endUs: lost?.endUs,
        reason: 'video-unreadable: Expected 1500 bytes of video-1-0.mp4, found 12',
      });
      expect(summary.notes).toContainEqual(
        expect.stringMatching(
          /^The video of Yard from .* cannot be read and is left out \(Expected/,
        ),
      );
    });

    it('needs none of it where video is left out', async () => {
      const session = await broken(new AppError('SESSION_DAMAGED', 'gone'));
      const { summary } = await collectExport(exporter, session, { without: ['video'] });
      expect(summary.notes.join()).not.toContain('cannot be read');
    });

    it('is not written where nothing can be read at all', async () => {
      const session = await broken(new AppError('STORAGE_UNAVAILABLE', 'denied'));
      await expect(collectExport(exporter, session)).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
      });
    });
  });

  it('of a session in which nothing was seen is whole, too', async () => {
    const quiet = await withResults(makeSession({ durationS: 1, objectCount: 0 }));
    const { blob } = await collectExport(exporter, quiet);
    expect(await isIntact(blob)).toBe(true);
    const { blob: nothing } = await collectExport(exporter, quiet, {
      range: { startUs: -2, endUs: -1 },
    });
    expect(await isIntact(nothing)).toBe(true);
  });

  it('holds parts too large for memory, and notices a byte changed in one', async () => {
    const small = await makeFullSession({ durationS: 1 });
    const [first] = small.segments;
    const piece = new Uint8Array(2 ** 20).fill(7);
    const large = new Blob(Array.from({ length: 65 }, () => piece));
    const segment = { ...first!, byteCount: large.size };
    const session: SessionReader = {
      ...small,
      segments: [segment],
      part: (name) => (name === segment.part ? Promise.resolve(large) : small.part(name)),
    };
    const { blob, largestPieceBytes } = await collectExport(exporter, session);
    expect(largestPieceBytes).toBeLessThan(2 ** 20);
    expect(await isIntact(blob)).toBe(true);
    const { entries } = await openArchive(blob);
    const entry = entries.find(({ path }) => path === `data/${segment.part}`)!;
    const at = entry.offset + 40 * 2 ** 20;
    const changed = new Blob([blob.slice(0, at), 'x', blob.slice(at + 1)]);
    const { parts } = await verifySessionFile(changed, () => undefined, never);
    expect(parts.filter(({ verdict }) => verdict !== 'intact').map(({ name }) => name)).toEqual([
      entry.path,
    ]);
  }, 60_000);

  it('is refused of a session that is not closed', async () => {
    const { header, ...rest } = await makeFullSession({ durationS: 1 });
    const open = { ...rest, header: { ...header, state: 'interrupted' } } as const;
    expect(exporter.refusal(open, requestOf(open, exporter))).toMatch(/not closed/);
  });

  it('that is cancelled ends with AbortError and breaks its stream off', async () => {
    const session = await makeFullSession({ durationS: 20, objectCount: 10 });
    const abort = new AbortController();
    let end = 'open';
    const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
      close: () => void (end = 'closed'),
      abort: () => void (end = 'aborted'),
    });
    const tell = (fraction: number): void => {
      if (fraction > 0.3) abort.abort();
    };
    const writing = exporter.write(session, requestOf(session, exporter), sink, tell, abort.signal);
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    expect(end).toBe('aborted');
  });

  it('whose disk is full ends with that, and breaks its stream off', async () => {
    const session = await makeFullSession({ durationS: 2 });
    let writtenBytes = 0;
    const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
      write: (chunk) => {
        writtenBytes += chunk.length;
        if (writtenBytes > 2000) throw new DOMException('No room', 'QuotaExceededError');
      },
    });
    const writing = exporter.write(
      session,
      requestOf(session, exporter),
      sink,
      () => undefined,
      never,
    );
    await expect(writing).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  });
});
