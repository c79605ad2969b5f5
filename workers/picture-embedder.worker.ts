import { expose } from 'comlink';
import type { PictureEmbedderApi } from '../src/contracts/headless';
import { installErrorTransfer } from '../src/runtime/rpc-errors';
import { embedPictures } from '../src/stages/embed/embed-pictures';
import type { VehicleEmbedder } from '../src/stages/embed/embedder';
import { openEmbedder } from '../src/stages/embed/open-embedder';

/* Makes vectors from picture files for evaluations; only a headless page starts it. */

installErrorTransfer();

let embedder: VehicleEmbedder | null = null;

const api: PictureEmbedderApi = {
  open: async (config) => {
    embedder = (await openEmbedder(config)).embedder;
  },
  embed: (pictures) => {
    if (!embedder) throw new RangeError('Expected an embedder that was opened, found none');
    return embedPictures(embedder, pictures);
  },
};

expose(api);
