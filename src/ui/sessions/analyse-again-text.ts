import type { SessionHeader } from '../../contracts/session';
import type {
  SessionAnalysisOutcome,
  SessionAnalysisStatus,
} from '../../contracts/session-analysis';
import { durationText } from '../../core/time-text';
import { countOf, percentText } from '../shared/number-text';

/** Why a session cannot be analysed again now, and what to do; null: it can. */
export function analysisRefusal(
  session: SessionHeader,
  busy: {
    readonly isRunOn: boolean;
    readonly isRecording: boolean;
    readonly isOtherSession: boolean;
  },
): string | null {
  if (session.state === 'recording') return 'It is still being recorded. Stop the recording first.';
  if (session.state === 'interrupted')
    return 'Its recording was interrupted. Close it properly first, in the list of sessions.';
  if (session.kind !== 'video')
    return 'No video was recorded, or it is not kept any more: there are no pictures to analyse.';
  if (busy.isRecording) return 'A recording is on. Stop it first, then analyse this session again.';
  if (busy.isRunOn) return 'An analysis is on. Stop it first, then analyse this session again.';
  if (busy.isOtherSession)
    return 'Another session is being analysed again. Wait for its end first.';
  return null;
}

/** How far it is, in words. */
export function analysisStateText(status: SessionAnalysisStatus): string {
  if (status.state === 'preparing') return 'Loading the models…';
  if (status.state !== 'running') return 'Finishing…';
  const { fraction, analysedCount, remainingMs } = status;
  const left = remainingMs === null ? '' : `, about ${durationText(remainingMs)} left`;
  return `${percentText(fraction)}, ${countOf(analysedCount, 'picture')}${left}`;
}

/** What was found. */
export function analysisOutcomeText({ session, resultSet }: SessionAnalysisOutcome): string {
  const set = session.resultSets.find(({ id }) => id === resultSet);
  if (!set) return '';
  const counts = [
    countOf(set.frameCount, 'picture'),
    countOf(set.trackCount, 'track'),
    countOf(set.sightingCount, 'sighting'),
  ];
  return `“${set.label}”: ${counts.join(', ')}.`;
}

/** What could not be read of the video; null: nothing. */
export function damageText({ damagedSegmentCount }: SessionAnalysisOutcome): string | null {
  if (damagedSegmentCount === 0) return null;
  return `${countOf(damagedSegmentCount, 'piece')} of the video could not be decoded to the end: the pictures that are missing were left out.`;
}
