import { describe, expect, it } from 'vitest';
import type { Exporter } from '../../../../src/contracts/export';
import { AppError } from '../../../../src/core/app-error';
import { createExporters } from '../../../../src/sinks/export/exporters';
import { collectExport, requestOf } from '../../../support/collect-export';
import { alteredSession, makeSession } from '../../../support/make-session';

/** Two characters of UTF-8 for one of text is more than these formats ever need. */
const MAX_PIECE_BYTES = 2 * 64 * 1024;

/** Those that need no browser. */
const exporters: readonly Exporter[] = createExporters({
  codec: null,
  openScratch: () => Promise.resolve(null),
  openPainter: () => {
    throw new Error('Expected no video here');
  },
}).filter(({ format }) => !format.startsWith('video-'));

function run(
  exporter: Exporter,
  sink: WritableStream<Uint8Array<ArrayBuffer>>,
  signal = new AbortController().signal,
) {
  const session = makeSession({ durationS: 120, kind: 'crops', hasPosition: true });
  return exporter.write(session, requestOf(session, exporter), sink, () => undefined, signal);
}

describe('every export', { timeout: 30_000 }, () => {
  it('is written in small pieces, tells rising progress up to 1, and counts its bytes', async () => {
    const session = makeSession({
      durationS: 150,
      objectCount: 8,
      kind: 'crops',
      hasPosition: true,
    });
    for (const exporter of exporters) {
      const { blob, summary, fractions, largestPieceBytes } = await collectExport(
        exporter,
        session,
      );
      expect(blob.size, exporter.format).toBeGreaterThan(1000);
      expect(summary.byteCount, exporter.format).toBe(blob.size);
      expect(largestPieceBytes, exporter.format).toBeLessThanOrEqual(MAX_PIECE_BYTES);
      expect(
        [...fractions].sort((a, b) => a - b),
        exporter.format,
      ).toEqual(fractions);
      expect(fractions.at(-1), exporter.format).toBe(1);
      expect(Math.min(...fractions), exporter.format).toBeGreaterThanOrEqual(0);
    }
  });

  it('is written of a session without any result', async () => {
    const session = alteredSession(makeSession({ kind: 'crops', hasPosition: true }), {
      async *frames() {
        // There are none.
      },
      tracks: () => Promise.resolve([]),
      sightings: () => Promise.resolve([]),
    });
    for (const exporter of exporters) {
      const { blob, summary } = await collectExport(exporter, session);
      // A tracker that found nothing has an empty result.
      if (exporter.format !== 'mot') expect(blob.size, exporter.format).toBeGreaterThan(0);
      expect(summary.byteCount, exporter.format).toBe(blob.size);
    }
  });

  it('ends soon when it is cancelled while the disk takes nothing', async () => {
    const ends = exporters.map(async (exporter) => {
      const abort = new AbortController();
      const stuck = new WritableStream<Uint8Array<ArrayBuffer>>({
        write: () => {
          abort.abort();
          return new Promise<void>(() => undefined);
        },
      });
      await expect(
        Promise.race([run(exporter, stuck, abort.signal), later('still writing')]),
        exporter.format,
      ).rejects.toMatchObject({ name: 'AbortError' });
    });
    await Promise.all(ends);
  });

  it('says that there is no room when the disk says so, and gives up the file', async () => {
    for (const exporter of exporters) {
      const full = new WritableStream<Uint8Array<ArrayBuffer>>({
        write: () => {
          throw new DOMException('full', 'QuotaExceededError');
        },
      });
      await expect(run(exporter, full), exporter.format).rejects.toMatchObject({
        code: 'STORAGE_FULL',
      });
    }
  });

  it('gives up the file when the session cannot be read, and tells why', async () => {
    const session = makeSession({ kind: 'crops', hasPosition: true });
    const damaged = alteredSession(session, {
      tracks: () => Promise.reject(new AppError('SESSION_DAMAGED', 'Expected a block')),
    });
    for (const exporter of exporters) {
      let reason: unknown = null;
      const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
        abort: (why) => {
          reason = why;
        },
      });
      const writing = exporter.write(
        damaged,
        requestOf(damaged, exporter),
        sink,
        () => undefined,
        new AbortController().signal,
      );
      await expect(writing, exporter.format).rejects.toMatchObject({ code: 'SESSION_DAMAGED' });
      expect(reason, exporter.format).toMatchObject({ code: 'SESSION_DAMAGED' });
    }
  });

  it('has a file name that every system takes, whatever the camera is called', () => {
    for (const label of ['../../etc', 'CON', 'Hof "Süd" / Tor?', '...', '北门'.repeat(60)]) {
      const session = makeSession({ labels: [label], kind: 'crops' });
      for (const exporter of exporters) {
        const { name } = exporter.file(session, requestOf(session, exporter));
        expect(name).toMatch(/^resight_[\p{L}\p{N}-]{1,40}_2026-05-12T120005Z_[\w-]+\.\w+$/u);
      }
    }
  });
});

function later(word: string): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve(word), 3000));
}
