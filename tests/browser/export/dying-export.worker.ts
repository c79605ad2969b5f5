import { expose } from 'comlink';
import type { ExportApi } from '../../../src/contracts/export';
import { holdForLife } from '../../../src/storage/exclusive-lock';

/* An export worker that ends without a word while it writes, as browsers end one when memory runs out. */

let held: Promise<void> = Promise.resolve();

const api: Pick<ExportApi, 'holdLock' | 'write'> = {
  holdLock: (name) => (held = holdForLife(name)),
  write: async () => {
    await held;
    close();
    return new Promise(() => undefined);
  },
};

expose(api);
