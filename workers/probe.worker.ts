import { expose } from 'comlink';
import type { ProbeApi } from '../src/contracts/worker-api';
import { measureBackend } from '../src/inference/measure-backend';
import { installErrorTransfer } from '../src/runtime/rpc-errors';

/* Measures one network on one backend; the page ends the worker after the answer. */

installErrorTransfer();

const api: ProbeApi = { measure: measureBackend };

expose(api);
