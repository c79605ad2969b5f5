import { expect, it, onTestFinished } from 'vitest';
import { startTestEndpoint } from '../../../../support/endpoint';
import { onPostgres } from '../../../../support/endpoint-databases';
import { readLive } from '../../../../support/live-reader';

const CAMERA = 'camera-at-the-gate';

onPostgres('two endpoints on one PostgreSQL', (kind) => {
  it('number the events of a camera together and give them to the readers of both, over a lost connection too', async () => {
    const databaseUrl = await kind.createUrl();
    const one = await startTestEndpoint({ databaseUrl });
    onTestFinished(() => one.stop());
    const other = await startTestEndpoint({ beside: one });
    onTestFinished(() => other.stop());
    const { token } = await one.pair(['publish', 'read']);
    const publish = async (endpoint: typeof one, vehicleNumbers: readonly number[]) => {
      const response = await endpoint.ask('POST', `/api/live/${CAMERA}/events`, {
        token,
        json: { label: 'Gate', events: vehicleNumbers.map(sighting) },
      });
      return response.ok ? ((await response.json()) as { sequence: number }).sequence : null;
    };
    const first = await publish(one, [1]);
    const readers = [one, other].map(async ({ url }) => {
      const reader = await readLive(url, CAMERA, token);
      onTestFinished(() => reader.close());
      return reader;
    });

    const rounds = Array.from({ length: 30 }, (_, i) => i + 1);
    await Promise.all(
      rounds.map((round) => publish(round % 2 === 0 ? one : other, [round * 10, round * 10 + 1])),
    );
    for (const reader of await Promise.all(readers)) {
      const events = await reader.take(61);
      expect(events.map(({ id }) => Number(id))).toEqual(
        Array.from({ length: 61 }, (_, i) => first! + i),
      );
      expect(new Set(events.map(({ data }) => data)).size).toBe(61);
    }

    await kind.dropConnections();
    let last: number | null = null;
    while (last === null) last = await publish(one, [1000]);
    for (const reader of await Promise.all(readers)) {
      const [event] = await reader.take(1);
      expect(Number(event?.id)).toBe(last);
      expect(last).toBe(first! + 61);
    }
  });
});

const sighting = (vehicleNumber: number) => ({
  type: 'sighting',
  timeUnixMs: 1_800_000_000_000,
  sightingId: `sighting-${vehicleNumber}`,
  vehicleNumber,
  vehicleClass: 'truck',
  startUnixMs: 1_800_000_000_000,
  similarity: 0.9,
});
