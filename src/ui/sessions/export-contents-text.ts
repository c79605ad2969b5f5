import type { ExportFormat, SessionFileContents } from '../../contracts/export';
import type { SessionHeader } from '../../contracts/session';
import { bytesText, countOf } from '../shared/number-text';

type Group = SessionFileContents['groups'][number];

/** A group of a session file's parts: what it is, and how much. */
export function groupText({ kind, partCount, byteCount }: Group): {
  readonly what: string;
  readonly size: string;
} {
  const TEXTS: Readonly<Record<Group['kind'], string>> = {
    results: countOf(partCount, 'set of results', 'sets of results'),
    crops: countOf(partCount, 'picture of a vehicle', 'pictures of vehicles'),
    video: countOf(partCount, 'piece of video', 'pieces of video'),
    exports: `the results again for other programs (${countOf(partCount, 'file')})`,
    documents: `report, instructions and the page that checks it (${countOf(partCount, 'file')})`,
  };
  return { what: TEXTS[kind], size: bytesText(byteCount) };
}

/** What is seen in a file of this format, beside letters and numbers. */
function picturesOf(format: ExportFormat, { kind }: SessionHeader): 'none' | 'crops' | 'video' {
  if (format === 'video-clip' || format === 'video-overlay') return 'video';
  if (format !== 'reid-crops' && format !== 'html-report') return 'none';
  return kind === 'results' ? 'none' : 'crops';
}

/** Whether anyone who gets the file sees pictures, for formats other than a session file. */
export function hasPicturesIn(format: ExportFormat, session: SessionHeader): boolean {
  return picturesOf(format, session) !== 'none';
}

/** What whoever gets the file can see; the first sentence is the one that counts. */
export function pictureSentences(session: SessionHeader, hasPictures: boolean): readonly string[] {
  if (!hasPictures) return ['It has no pictures: times, boxes and numbers only.'];
  const { isPlateBlurred, isPersonBlurred } = session.blur;
  const seen = [...(isPlateBlurred ? [] : ['plates']), ...(isPersonBlurred ? [] : ['persons'])];
  return [
    'Whoever gets it sees pictures.',
    seen.length === 0
      ? 'Plates and persons were made unrecognisable where they were found; some may have been missed.'
      : `Nothing was done when it was recorded to make ${seen.join(' and ')} unrecognisable.`,
    ...(session.masks.length > 0 ? ['What the privacy mask covers is in none of them.'] : []),
  ];
}

/** What else of this device the file tells. */
export function tellsText(format: ExportFormat, session: SessionHeader): string {
  const isPlaced = session.cameras.some(({ position }) => position !== null);
  const named = ['the names of source and cameras', 'when it was'];
  if (isPlaced && (format === 'session-file' || format === 'geojson'))
    named.push('where the cameras stand');
  if (format === 'session-file') named.push('models and settings', 'this device’s public key');
  const last = named.at(-1) ?? '';
  return `It also tells ${named.slice(0, -1).join(', ')} and ${last}.`;
}
