import type { EndpointConfig } from '../config';
import { PieceFolder } from './piece-folder';
import { PieceObjects } from './piece-objects';
import type { PieceStore } from './piece-store';

/** By setting. Makes no request and touches no disk before it is used. */
export function createPieceStore(config: EndpointConfig): PieceStore {
  return config.store.kind === 's3'
    ? new PieceObjects(config.store)
    : new PieceFolder(config.dataFolder);
}
