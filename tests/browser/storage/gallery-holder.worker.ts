import { toErrorData } from '../../../src/core/app-error';
import { GalleryStore } from '../../../src/storage/gallery-store';

/*
 * Another context, as a second tab has one: opens the gallery it is told and answers what became of
 * it. It keeps the gallery until it is terminated.
 */
addEventListener('message', (event: MessageEvent<string>) => {
  GalleryStore.open(event.data).then(
    (store) => postMessage({ isOpen: true, isExclusive: store.isExclusive }),
    (error: unknown) => postMessage({ isOpen: false, error: toErrorData(error) }),
  );
});
