import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../../../server/endpoint/log';
import { startTestEndpoint } from '../../../support/endpoint';

/** What the log has of an error. */
function logged(error: unknown): string {
  const lines: string[] = [];
  createLog('error', { write: (line) => void lines.push(line) }).error({ err: error }, 'failed');
  return lines.join('');
}

it('does not log the parameters of a query that fails', async () => {
  const endpoint = await startTestEndpoint();
  onTestFinished(() => endpoint.stop());
  const { token } = await endpoint.pair(['publish']);
  await endpoint.endpoint.database.query('DROP TABLE live_events');
  const event = { type: 'state', timeUnixMs: 1, state: 'running' };
  const { status } = await endpoint.ask('POST', '/api/live/camera-of-eva/events', {
    token,
    json: { label: 'Eva’s driveway', events: [event] },
  });
  expect(status).toBe(500);
  const log = endpoint.logLines.join('');
  expect(log).toContain('live_events');
  expect(log).not.toContain('driveway');
  expect(log).not.toContain('camera-of-eva');
});

it('does not log the path of a file that fails, nor that of what caused it', async () => {
  const missing: unknown = await readFile('/no/session-of-eva.0').catch((error: unknown) => error);
  const log = logged(new Error('A piece failed', { cause: missing }));
  expect(log).toContain('A piece failed');
  expect(log).toContain('ENOENT at open');
  expect(log).not.toContain('session-of-eva');
});

it('logs where in the program an error came from', () => {
  expect(logged(new TypeError('Expected one'))).toMatch(/"at":\["at .*log\.test\.ts/);
});

it('logs nothing of what is thrown and is no error', () => {
  expect(logged({ token: 'abc' })).not.toContain('abc');
});
