import type { Remote } from 'comlink';
import type { NewSession, SessionEvent, SessionReader } from '../../../src/contracts/session';
import { MADE_RESULT_SET } from '../../support/make-session';
import type { SessionHostApi } from '../storage/session-host.worker';

/** Frames of one block, as the recorder writes them: some seconds. */
const BLOCK_EVENTS = 100;

/** Writes a made session into the origin's storage, results and crops, and returns its id there. */
export async function storeSession(
  host: Remote<SessionHostApi>,
  session: SessionReader,
): Promise<string> {
  const id = await host.begin(newSession(session));
  for (const { id: set, label, madeUnixMs, models, settings } of session.header.resultSets) {
    await host.beginResultSet({ id: set, label, madeUnixMs, models, settings });
  }
  const events: SessionEvent[] = [];
  for await (const frame of session.frames(MADE_RESULT_SET, null)) {
    events.push({ type: 'frame', frame });
    if (events.length >= BLOCK_EVENTS) await host.append(MADE_RESULT_SET, events.splice(0));
  }
  for (const track of await session.tracks(MADE_RESULT_SET)) events.push({ type: 'track', track });
  for (const sighting of await session.sightings(MADE_RESULT_SET)) {
    const { cropPart } = sighting;
    const stored =
      cropPart === null ? null : await host.addCrop(sighting.id, await session.part(cropPart));
    events.push({ type: 'sighting', sighting: { ...sighting, cropPart: stored } });
  }
  for (const gap of session.header.gaps) events.push({ type: 'gap', gap });
  await host.append(MADE_RESULT_SET, events);
  await host.finish(null);
  return id;
}

function newSession({ header }: SessionReader): NewSession {
  return {
    origin: header.origin,
    title: header.title,
    kind: header.kind,
    sourceKind: header.sourceKind,
    sourceLabel: header.sourceLabel,
    runId: header.runId,
    cameras: header.cameras,
    originUnixMs: header.originUnixMs,
    timeBase: header.timeBase,
    createdUnixMs: header.createdUnixMs,
    appVersion: header.appVersion,
    masks: header.masks,
    blur: header.blur,
  };
}
