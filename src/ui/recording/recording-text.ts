import type { RecordedKind } from '../../contracts/session';

/** What each choice of recording keeps, in words. */
export const RECORDED_TEXTS: Readonly<
  Record<RecordedKind, { readonly name: string; readonly short: string; readonly what: string }>
> = {
  results: {
    name: 'Results only',
    short: 'results only',
    what: 'Boxes, numbers, times and descriptors; no pictures. About 17 MB an hour in a busy street.',
  },
  crops: {
    name: 'Results and pictures of vehicles',
    short: 'with pictures of vehicles',
    what: 'The best picture of every vehicle besides; no video.',
  },
  video: {
    name: 'Results, pictures and video',
    short: 'with video',
    what: 'Everything, replayed with the boxes exactly on their frames.',
  },
};

/** What blur by detection can and cannot do; said where it is chosen. */
export const BLUR_CAVEAT =
  'The detector looks for them in each picture by itself. What it misses there stays readable: persons far away, close to the edge or half hidden, and plates that are not low on the vehicle. What nobody may ever see belongs under a privacy mask.';
