import { expose } from 'comlink';
import type { SessionKeeperApi } from '../src/contracts/session';
import { installErrorTransfer } from '../src/runtime/rpc-errors';
import { SessionKeeper } from '../src/storage/session-keeper';
import { SessionPlace } from '../src/storage/session-place';

/* What changes stored sessions: files can be rewritten and cut only in a worker, in every browser. Ends when it is done. */

installErrorTransfer();

const keeper = new SessionKeeper(new SessionPlace());

const api: SessionKeeperApi = {
  rename: (id, title) => keeper.rename(id, title),
  setCameraPosition: (id, cameraId, position) => keeper.setCameraPosition(id, cameraId, position),
  recover: (id) => keeper.recover(id),
  remove: (ids) => keeper.remove(ids),
  forgetVehicle: (id) => keeper.forgetVehicle(id),
  removeResultSet: (id, resultSet) => keeper.removeResultSet(id, resultSet),
  tidy: (retention) => keeper.tidy(retention),
};

expose(api);
