import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { onEachDatabase } from '../../../support/endpoint-databases';

onEachDatabase('stopping', (kind) => {
  it('finishes the request that is on its way, and takes no more', async () => {
    const endpoint = await kind.startEndpoint();
    onTestFinished(() => endpoint.stop());
    const { token } = await endpoint.pair(['admin']);
    const json = JSON.stringify({ scopes: ['read'] });
    const socket = connect(endpoint.port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(
      `POST /api/pairing-codes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${json.length}\r\n\r\n`,
    );
    // It has been taken on once it asks for the body.
    await new Promise<void>((resolve) => {
      socket.on('data', () => {
        if (received.includes('100 Continue')) resolve();
      });
    });
    const stopped = endpoint.stop();
    await expect(fetch(`${endpoint.url}/healthz`)).rejects.toThrow();
    socket.write(json);
    await ended;
    expect(received).toContain('HTTP/1.1 200');
    await stopped;
    await expect(endpoint.endpoint.database.query('SELECT 1')).rejects.toThrow();
  });

  it('ends streams', async () => {
    const endpoint = await kind.startEndpoint();
    onTestFinished(() => endpoint.stop());
    const { token } = await endpoint.pair(['read', 'publish']);
    await endpoint.ask('POST', '/api/live/camera-at-gate/events', {
      token,
      json: { label: 'Gate', events: [{ type: 'state', timeUnixMs: 1, state: 'running' }] },
    });
    const stream = await endpoint.ask('GET', '/api/live/camera-at-gate/events', { token });
    expect(stream.headers.get('Content-Type')).toContain('text/event-stream');
    const text = stream.text();
    await endpoint.stop();
    // It came to its end: a connection that was cut would have failed.
    expect(typeof (await text)).toBe('string');
  });
});
