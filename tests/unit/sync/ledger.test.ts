import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { LEDGER_EVENTS } from '../../../src/contracts/sync';
import { SyncStore } from '../../../src/storage/sync-store';

it('the ledger shows everything that is written into it, a descriptor that was sent to search by as well', async () => {
  const store = new SyncStore('ledger-of-everything');
  for (const what of LEDGER_EVENTS)
    await store.addToLedger({
      timeUnixMs: 1_778_587_200_000,
      url: 'https://cars.example',
      what,
      sessionId: null,
      byteCount: 1,
      isReadable: false,
      details: what,
    });
  const shown = (await store.ledger()).map(({ what }) => what);
  expect(shown).toEqual([...LEDGER_EVENTS].reverse());
});
