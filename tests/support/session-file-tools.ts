import type { Exporter } from '../../src/contracts/export';
import type { SessionReader } from '../../src/contracts/session';
import { jsonLinesExporter } from '../../src/sinks/export/json-lines';
import type { SessionFileTools } from '../../src/sinks/export/session-file/session-file';
import { sightingsCsvExporter } from '../../src/sinks/export/sightings-csv';
import { tracksCsvExporter } from '../../src/sinks/export/tracks-csv';
import type { ImportTools } from '../../src/sinks/import/import-tools';
import { verifySessionFile } from '../../src/sinks/verify/verify-session-file';
import { makeSession, type SessionChoice } from './make-session';
import { MemoryWriter } from './memory-writer';
import { withResults } from './session-with-results';

const EXPORTERS: readonly Exporter[] = [sightingsCsvExporter, tracksCsvExporter, jsonLinesExporter];

/** A key as a device has it. */
export async function makeDeviceKey(): Promise<CryptoKeyPair> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  return crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
}

/** Tools whose every answer is known; the clock stands still. */
export function fileTools(deviceKey: CryptoKeyPair | null): SessionFileTools {
  const page = new Blob(['<!doctype html><title>Verifier</title>'], { type: 'text/html' });
  return {
    appVersion: '0.1.0',
    exporters: EXPORTERS,
    deviceKey: () => Promise.resolve(deviceKey),
    verifierPage: () => Promise.resolve(page),
    nowUnixMs: () => 1_778_600_000_000,
  };
}

/** A session with results, crops and segments that are no real video: enough for all that does not decode. */
export async function makeFullSession(choice: SessionChoice = {}): Promise<SessionReader> {
  const session = makeSession({ kind: 'crops', ...choice });
  const { cameras, startUs, endUs } = session.header;
  const middleUs = Math.round((startUs + endUs) / 2);
  const parts = new Map<string, Blob>();
  const segments = cameras.flatMap(({ cameraId }, place) =>
    [0, 1].map((index) => {
      const bytes = Uint8Array.from({ length: 1500 }, (_, at) => (at * 31 + index + place) % 256);
      const part = `video-${place}-${index}.mp4`;
      parts.set(part, new Blob([bytes], { type: 'video/mp4' }));
      return {
        cameraId,
        index,
        part,
        startUs: index === 0 ? startUs : middleUs,
        endUs: index === 0 ? middleUs - 100_000 : endUs,
        frameCount: 50,
        byteCount: bytes.length,
        mimeType: 'video/mp4',
        codec: 'avc1.42001f',
        offsetUs: startUs,
      };
    }),
  );
  return withResults(session, segments, parts);
}

/** Tools of an import that keep what was written. */
export interface KeptImports {
  readonly tools: ImportTools;
  readonly writers: readonly MemoryWriter[];
}

/** Imports into memory; a session that was imported before is found as its twin. */
export function importTools(freeBytes = 1e12): KeptImports {
  const writers: MemoryWriter[] = [];
  const tools: ImportTools = {
    appVersion: '0.1.0',
    beginSession: (session) => {
      const writer = new MemoryWriter(session, `imported-${writers.length}`);
      writers.push(writer);
      return Promise.resolve(writer);
    },
    verify: verifySessionFile,
    freeBytes: () => Promise.resolve(freeBytes),
    findTwin: (key) => {
      const finished = writers.filter(({ fate }) => fate === 'finished');
      const headers = finished.map((writer) => writer.reader().header);
      const twin = headers.find(
        ({ runId, createdUnixMs }) => runId === key.runId && createdUnixMs === key.createdUnixMs,
      );
      return Promise.resolve(twin ?? null);
    },
    nowUnixMs: () => 1_778_600_000_000,
  };
  return { tools, writers };
}
