import type { VehicleId } from '../../contracts/match';
import type { SessionsClient } from '../../contracts/session';
import { toErrorData } from '../../core/app-error';
import { countOf } from '../shared/number-text';
import { sessionRemovalText } from './sessions-view.svelte';

/** More than anyone has; one call reads their headers only. */
const ALL = 1_000_000;

/** Takes a vehicle out of all sessions; says what that removed and where video still shows it. Empty: it was in none. */
export async function forgetInSessions(sessions: SessionsClient, id: VehicleId): Promise<string> {
  try {
    const removal = await sessions.forgetVehicle(id);
    if (removal.sightingCount + removal.sessionsWithVideo.length === 0) return '';
    const taken = `In sessions: ${countOf(removal.sightingCount, 'sighting')} and ${countOf(removal.cropCount, 'picture')} removed.`;
    const { length } = removal.sessionsWithVideo;
    return length === 0
      ? taken
      : `${taken} The video of ${countOf(length, 'session')} may still show it: delete those sessions to be rid of it.`;
  } catch (error) {
    return notDone(error);
  }
}

/** Removes every session; says what that removed. Empty: there was none. */
export async function removeAllSessions(sessions: SessionsClient): Promise<string> {
  try {
    const { sessions: all } = await sessions.list({ offset: 0, count: ALL });
    if (all.length === 0) return '';
    return sessionRemovalText(await sessions.remove(all.map(({ id }) => id)));
  } catch (error) {
    return notDone(error);
  }
}

function notDone(error: unknown): string {
  const { code, message } = toErrorData(error);
  return code === 'SESSION_IN_USE'
    ? 'Sessions were left as they are: one is being recorded. Stop it and try again.'
    : `Sessions were left as they are: ${message}`;
}
