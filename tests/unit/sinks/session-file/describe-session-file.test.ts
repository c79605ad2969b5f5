import { describe, expect, it } from 'vitest';
import type { ExportRequest } from '../../../../src/contracts/export';
import { describeSessionFile } from '../../../../src/sinks/export/session-file/describe-session-file';
import { sessionFileExporter } from '../../../../src/sinks/export/session-file/session-file';
import { collectExport, requestOf } from '../../../support/collect-export';
import { fileTools, makeDeviceKey, makeFullSession } from '../../../support/session-file-tools';

const session = await makeFullSession({ durationS: 60, objectCount: 8 });
const tools = fileTools(await makeDeviceKey());

async function described(fields: Partial<ExportRequest> = {}) {
  const exporter = sessionFileExporter(tools);
  const contents = await describeSessionFile(
    session,
    requestOf(session, exporter, fields),
    tools.exporters,
  );
  return { ...contents, kinds: contents.groups.map(({ kind }) => kind) };
}

describe('what a session file is said to hold before it is written', () => {
  it('are the groups of parts it gets, and whether anyone will see pictures', async () => {
    const all = await described();
    expect(all.kinds).toEqual(['results', 'crops', 'video', 'exports', 'documents']);
    expect(all.hasPictures).toBe(true);
    const results = await described({ without: ['video', 'crops'] });
    expect(results.kinds).toEqual(['results', 'exports', 'documents']);
    expect(results.hasPictures).toBe(false);
    expect((await described({ without: ['video'] })).hasPictures).toBe(true);
  });

  it('counts parts as they are written', async () => {
    const { groups } = await described();
    const { blob, summary } = await collectExport(sessionFileExporter(tools), session);
    expect(blob.size).toBeGreaterThan(0);
    const told = groups.reduce((sum, { partCount }) => sum + partCount, 0);
    expect(told).toBe(summary.recordCount);
  });

  it('is less for a stretch than for the whole', async () => {
    const whole = await described();
    const part = await described({ range: { startUs: 10e6, endUs: 20e6 } });
    expect(part.byteCount).toBeLessThan(whole.byteCount);
    const ofKind = (kind: string) => part.groups.find((group) => group.kind === kind)?.partCount;
    expect(ofKind('video')).toBe(1);
  });
});
