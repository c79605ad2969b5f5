import { expose } from 'comlink';
import { version } from '../package.json';
import type { RecorderApi } from '../src/contracts/recording';
import { installErrorTransfer } from '../src/runtime/rpc-errors';
import { SessionRecorder } from '../src/sinks/record/session-recorder';
import { beginSession, extendSession } from '../src/storage/begin-session';
import { originUsage } from '../src/storage/quota';
import { SessionPlace } from '../src/storage/session-place';

/* Pictures -> encoder -> segments, results -> blocks: the only writer of a session while it is recorded. */

installErrorTransfer();

const place = new SessionPlace();
const recorder = new SessionRecorder({
  appVersion: version,
  createWriter: (session) => beginSession(place, session),
  extendWriter: (id) => extendSession(place, id),
  originUsage,
  nowMs: () => performance.now(),
  every: (intervalMs, callback) => {
    const timer = setInterval(callback, intervalMs);
    return () => {
      clearInterval(timer);
    };
  },
});

const api: RecorderApi = {
  arm: (config) => recorder.arm(config),
  disarm: () => recorder.disarm(),
  begin: (config) => recorder.begin(config),
  connectFrames: (port) => {
    recorder.connectFrames(port);
  },
  addResult: (result) => {
    recorder.addResult(result);
  },
  addSighting: (sighting) => {
    recorder.addSighting(sighting);
  },
  addGap: (gap) => {
    recorder.addGap(gap);
  },
  finish: () => recorder.finish(),
  discard: () => recorder.discard(),
  subscribe: (listener) => {
    // comlink makes the page's callback answer with a promise, which its type does not show; a page that is gone hears nothing.
    recorder.subscribe((event) => void Promise.resolve(listener(event)).catch(() => undefined));
  },
};

expose(api);
