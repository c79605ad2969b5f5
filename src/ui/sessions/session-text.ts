import type { ExportFormat } from '../../contracts/export';
import type { SessionHeader } from '../../contracts/session';
import { durationText, mediaPosition, wallTime } from '../../core/time-text';

/** What a session is called: the user's title, else its source and when. */
export function sessionName(session: SessionHeader, nowUnixMs: number): string {
  return session.title || `${session.sourceLabel}, ${sessionTime(session, nowUnixMs)}`;
}

/** When it begins: time of day, or the position in a recording and when that was analysed. */
export function sessionTime(session: SessionHeader, nowUnixMs: number): string {
  if (session.timeBase === 'wall') {
    return wallTime(session.originUnixMs + session.startUs / 1000, nowUnixMs);
  }
  return `${mediaPosition(session.startUs)} on, analysed ${wallTime(session.createdUnixMs, nowUnixMs)}`;
}

/** How long it is: `2 min 5 s`. */
export function sessionLength({ startUs, endUs }: SessionHeader): string {
  return durationText((endUs - startUs) / 1000);
}

/** Why a recording ended by itself; null: it did not. */
export function endedText({ endedBecause }: SessionHeader): string | null {
  if (endedBecause === null) return null;
  const TEXTS: Readonly<Record<string, string>> = {
    INTERRUPTED: 'The app went away while it was recorded; closed later with all that was saved.',
    STORAGE_FULL: 'Ended by itself: the device’s storage was full.',
    ENCODER_FAILED: 'Ended by itself: the video encoder stopped.',
  };
  return TEXTS[endedBecause] ?? `Ended by itself (${endedBecause}).`;
}

/** A format as people choose it. */
export interface FormatText {
  readonly name: string;
  /** Who would open it with what. */
  readonly use: string;
}

export const FORMAT_TEXTS: Readonly<Record<ExportFormat, FormatText>> = {
  'session-file': {
    name: 'Session file',
    use: 'Everything in one signed ZIP, for another Resight or as evidence. Can be checked for changes.',
  },
  'html-report': {
    name: 'Report',
    use: 'One page with pictures and times that opens in any browser and prints.',
  },
  'video-clip': { name: 'Video', use: 'As recorded, for any player.' },
  'video-overlay': { name: 'Video with boxes', use: 'Boxes and numbers drawn into the picture.' },
  'sightings-csv': {
    name: 'Sightings as CSV',
    use: 'A row for each vehicle seen, for a spreadsheet.',
  },
  'tracks-csv': { name: 'Tracks as CSV', use: 'A row for each track, for a spreadsheet.' },
  'json-lines': {
    name: 'JSON Lines',
    use: 'Every frame, track and sighting, for programs. Can be imported.',
  },
  mot: { name: 'MOTChallenge', use: 'For benchmarks of trackers.' },
  coco: { name: 'COCO', use: 'Boxes for labelling tools and training.' },
  'reid-crops': {
    name: 'Re-identification crops',
    use: 'Pictures of vehicles in Market-1501 names.',
  },
  webvtt: { name: 'WebVTT', use: 'A metadata track for a video on a web page.' },
  geojson: { name: 'GeoJSON', use: 'Sightings on a map.' },
};

/** What most people want first. */
export const FORMAT_ORDER: readonly ExportFormat[] = [
  'session-file',
  'html-report',
  'video-clip',
  'video-overlay',
  'sightings-csv',
  'tracks-csv',
  'json-lines',
  'mot',
  'coco',
  'reid-crops',
  'webvtt',
  'geojson',
];
