import { afterEach, describe, expect, it } from 'vitest';
import type { ExportRequest } from '../../../src/contracts/export';
import { openArchive } from '../../../src/core/session-format/archive';
import { ExportClient } from '../../../src/runtime/export-client';
import { SESSIONS_DATABASE_NAME } from '../../../src/storage/session-changes';
import { listSessions } from '../../../src/storage/session-list';
import { SessionPlace } from '../../../src/storage/session-place';
import { openSession } from '../../../src/storage/session-reader';
import { packAgain } from '../../support/hostile-archives';
import { makeSession, MADE_RESULT_SET } from '../../support/make-session';
import { encodeScene } from '../replay/encode-scene';
import { SessionBench } from '../storage/session-fixtures';

/*
 * With the real worker, the real storage and real video: the rules of importing are tested in tests/unit/sinks/session-file.
 */

const bench = new SessionBench();
const signal = new AbortController().signal;
const ignore = (): void => undefined;
let client: ExportClient | null = null;

afterEach(async () => {
  await client?.end();
  client = null;
  await bench.clear();
});

/** A client, and where what it downloads can be had. */
function openClient() {
  const downloads: File[] = [];
  client = new ExportClient(
    () =>
      new Worker(new URL('../../../workers/export.worker.ts', import.meta.url), { type: 'module' }),
    (_, contents) => {
      downloads.push(contents);
      return () => undefined;
    },
  );
  const used = client;
  const exportSession = async (sessionId: string, fields: Partial<ExportRequest> = {}) => {
    const request: ExportRequest = {
      sessionId,
      resultSet: MADE_RESULT_SET,
      format: 'session-file',
      range: null,
      cameraId: null,
      without: [],
      ...fields,
    };
    const summary = await used.export(request, null, ignore, signal);
    // The temporary file goes away with the next export.
    const bytes = await downloads.at(-1)!.arrayBuffer();
    return { summary, file: new File([bytes], 'session.zip') };
  };
  return { client: used, exportSession };
}

/** A stored session with crops and playable video of two cameras. */
async function storeFullSession(): Promise<string> {
  const { remote } = await bench.host(SESSIONS_DATABASE_NAME);
  const made = makeSession({ kind: 'crops', durationS: 8, cameraCount: 2, framesPerSecond: 5 });
  const { segments, parts } = await encodeScene(made);
  const { header } = made;
  const id = await remote.begin({
    origin: 'recorded',
    title: header.title,
    kind: 'video',
    sourceKind: header.sourceKind,
    sourceLabel: header.sourceLabel,
    runId: header.runId,
    cameras: header.cameras,
    originUnixMs: header.originUnixMs,
    timeBase: header.timeBase,
    createdUnixMs: header.createdUnixMs,
    appVersion: header.appVersion,
    masks: header.masks,
    blur: header.blur,
  });
  for (const { id: set, label, madeUnixMs, models, settings } of header.resultSets)
    await remote.beginResultSet({ id: set, label, madeUnixMs, models, settings });
  for await (const frame of made.frames(MADE_RESULT_SET, null))
    await remote.append(MADE_RESULT_SET, [{ type: 'frame', frame }]);
  for (const track of await made.tracks(MADE_RESULT_SET))
    await remote.append(MADE_RESULT_SET, [{ type: 'track', track }]);
  for (const sighting of await made.sightings(MADE_RESULT_SET)) {
    const picture = await made.part(sighting.cropPart!);
    const cropPart = await remote.addCrop(sighting.id, picture);
    const event = { type: 'sighting', sighting: { ...sighting, cropPart } } as const;
    await remote.append(MADE_RESULT_SET, [event]);
  }
  for (const segment of segments) {
    const bytes = new Uint8Array(await parts.get(segment.part)!.arrayBuffer());
    await remote.writePart(segment.part, bytes);
    await remote.addSegment(segment);
  }
  await remote.finish(null);
  return id;
}

/** Contents of all parts but those that tell of this one export, by digest. */
async function digests(file: File): Promise<ReadonlyMap<string, string>> {
  const archive = await openArchive(file);
  const found = new Map<string, string>();
  for (const entry of archive.entries) {
    if (entry.path === 'manifest.json' || entry.path === 'signature.json') continue;
    const blob = await archive.contents(entry, '', signal);
    const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
    found.set(entry.path, new Uint8Array(digest).join(' '));
  }
  return found;
}

async function storedIds(): Promise<readonly string[]> {
  const place = new SessionPlace();
  try {
    const { sessions } = await listSessions(place, { offset: 0, count: 100 });
    return sessions.map(({ id }) => id).sort();
  } finally {
    place.close();
  }
}

async function folderNames(): Promise<readonly string[]> {
  const root = await navigator.storage.getDirectory();
  const sessions = await root.getDirectoryHandle('sessions', { create: true });
  const names: string[] = [];
  for await (const name of sessions.keys()) names.push(name);
  return names.sort();
}

describe('a session file of a stored session', () => {
  it('is intact, holds the page that checks it, and comes back as the same session', async () => {
    const id = await storeFullSession();
    const used = openClient();
    const first = await used.exportSession(id);
    expect(first.summary.notes).toEqual([]);
    const report = await used.client.verify(first.file, ignore, signal);
    expect(report.error).toBeNull();
    expect(report.signature).toBe('valid');
    expect(new Set(report.parts.map(({ verdict }) => verdict))).toEqual(new Set(['intact']));
    const names = report.parts.map(({ name }) => name);
    for (const name of [
      'README.txt',
      'report.html',
      'verify.html',
      'exports/live/sightings.csv',
      'exports/live/tracks.csv',
      'exports/live/events.jsonl',
      'exports/live/mot-0.txt',
      'exports/live/mot-1.txt',
      'exports/live/coco.json',
      'exports/live/boxes-0.vtt',
      'exports/live/boxes-1.vtt',
      'data/results-live.rsl',
      'data/video-0-0.webm',
      'data/video-1-0.webm',
    ])
      expect(names).toContain(name);
    expect(names.some((name) => name.startsWith('data/crops/'))).toBe(true);
    const page = report.parts.find(({ name }) => name === 'verify.html');
    expect(page!.byteCount).toBeGreaterThan(50_000);

    const outcome = await used.client.import([first.file], ignore, signal);
    expect(outcome.notes).toEqual([
      'This session was in the list already as "Made for tests"; this is another copy of it.',
    ]);
    const place = new SessionPlace();
    const copy = (await openSession(place, outcome.sessionId))!;
    const original = (await openSession(place, id))!;
    const { id: copyId, origin, ...copied } = copy.header;
    const { id: originalId, origin: _, ...expected } = original.header;
    expect(copyId).not.toBe(originalId);
    expect(origin).toBe('imported');
    expect(copied).toEqual(expected);
    expect(copy.segments).toEqual(original.segments);
    place.close();

    const second = await used.exportSession(outcome.sessionId);
    expect([...(await digests(second.file))]).toEqual([...(await digests(first.file))]);
  });

  it('of a stretch without crops comes back as that', async () => {
    const id = await storeFullSession();
    const used = openClient();
    const fields = { range: { startUs: 7e6, endUs: 9e6 }, without: ['crops'] } as const;
    const first = await used.exportSession(id, fields);
    const { sessionId, notes } = await used.client.import([first.file], ignore, signal);
    expect(notes).toContain('Left out when it was exported: crops.');
    expect(notes).toContain('It is a part of a longer session.');
    const second = await used.exportSession(sessionId);
    expect([...(await digests(second.file))]).toEqual([...(await digests(first.file))]);
  });
});

describe('an import that does not come to its end', () => {
  it('leaves nothing when the file is refused', async () => {
    const id = await storeFullSession();
    const used = openClient();
    const { file } = await used.exportSession(id);
    const [ids, folders] = [await storedIds(), await folderNames()];
    const meddled = await packAgain(file, (entry) => {
      const bytes = entry.bytes?.slice();
      if (entry.path === 'data/video-1-0.webm' && bytes) bytes[200] = (bytes[200] ?? 0) ^ 1;
      return [bytes ? { ...entry, bytes } : entry];
    });
    await expect(used.client.import([meddled], ignore, signal)).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringMatching(
        /^data\/video-1-0.webm: expected SHA-256 .*, found /,
      ) as string,
    });
    expect(await storedIds()).toEqual(ids);
    expect(await folderNames()).toEqual(folders);
  });

  it('leaves nothing when it is cancelled while it writes', async () => {
    const id = await storeFullSession();
    const used = openClient();
    const { file } = await used.exportSession(id);
    const [ids, folders] = [await storedIds(), await folderNames()];
    const abort = new AbortController();
    const importing = used.client.import(
      [file],
      (fraction) => {
        if (fraction > 0.65) abort.abort();
      },
      abort.signal,
    );
    await expect(importing).rejects.toMatchObject({ name: 'AbortError' });
    expect(await storedIds()).toEqual(ids);
    expect(await folderNames()).toEqual(folders);
  });
});
