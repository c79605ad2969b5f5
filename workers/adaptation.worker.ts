import { expose } from 'comlink';
import { learnAdaptation } from '../src/adaptation/learn';
import type { AdaptationApi } from '../src/contracts/recognition';
import { installErrorTransfer } from '../src/runtime/rpc-errors';

/* Learns one adaptation; the page ends the worker after the answer, or to cancel. */

installErrorTransfer();

const api: AdaptationApi = { learn: learnAdaptation };

expose(api);
