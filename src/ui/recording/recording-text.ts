import type { RecordedKind } from '../../contracts/session';
import { durationText } from '../../core/time-text';

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

/** What else it does to a video: nobody knows where the others would have to be blurred. */
export const THINNED_BY_BLUR = 'Only pictures that were analysed are in the video then.';

/** Above this many hours minutes say nothing; below as many minutes seconds do not. */
const WHOLE_FROM = 10;

/** How much longer it may be recorded, by a forecast that is never exact: `about 214 h left`. */
export function remainingText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  if (hours >= WHOLE_FROM) return `about ${hours} h left`;
  const minutes = Math.floor(seconds / 60);
  return `about ${durationText((minutes >= WHOLE_FROM ? minutes * 60 : seconds) * 1000)} left`;
}
