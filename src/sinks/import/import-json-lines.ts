import * as v from 'valibot';
import type { ImportOutcome } from '../../contracts/export';
import type { NewSession, SessionEvent } from '../../contracts/session';
import { shownPath } from '../../core/session-format/part-path';
import { ResultsCheck } from './check-results';
import { EventBlocks } from './event-blocks';
import { expectRoom, refused, writeSession, type ImportTask, type Place } from './import-tools';
import {
  EVENTS_SCHEMA,
  EVENTS_VERSION,
  eventSchemas,
  firstLineSchema,
  lineSchema,
  versionSchema,
} from './json-lines-schema';
import { linesOf, type Line } from './lines';

type FirstLine = v.InferOutput<typeof firstLineSchema>;

/**
 * Reads a session as JSON Lines, line by line. Throws AppError IMPORT_REFUSED, which names the line, STORAGE_*; AbortError; nothing
 * remains then.
 */
export async function importJsonLines(file: File, task: ImportTask): Promise<ImportOutcome> {
  // Stored it takes less than half of it as text.
  await expectRoom(task, file.size / 2);
  const lines = linesOf(file, task.tell, task.signal);
  const first = await lines.next();
  if (first.done) throw refused({ file: file.name, line: null }, 'lines of JSON', 'an empty file');
  const head = readFirstLine(first.value, { file: file.name, line: first.value.number });
  return writeSession(task, newSession(head), async (writer) => {
    const { resultSet } = head;
    await writer.beginResultSet(resultSet);
    const check = new ResultsCheck(head.cameras);
    const blocks = new EventBlocks(writer, resultSet.id);
    for await (const line of lines) {
      const place = { file: file.name, line: line.number };
      const event = readEvent(line, place);
      check.add(event, place);
      await blocks.add(event);
    }
    await blocks.flush();
    return {
      notes: ['JSON Lines hold results only: there are no pictures in this session.'],
      endedBecause: null,
    };
  });
}

function newSession(head: FirstLine): NewSession {
  return {
    origin: 'imported',
    title: head.title,
    kind: 'results',
    sourceKind: head.sourceKind,
    sourceLabel: head.sourceLabel,
    runId: head.runId,
    cameras: head.cameras,
    originUnixMs: head.originUnixMs,
    timeBase: head.timeBase,
    createdUnixMs: head.createdUnixMs,
    appVersion: head.appVersion,
    masks: [],
    blur: { isPlateBlurred: false, isPersonBlurred: false },
  };
}

function readFirstLine(line: Line, place: Place): FirstLine {
  const value = readJson(line, place);
  const head = v.safeParse(versionSchema, value);
  if (!head.success) throw refused(place, `"schema": "${EVENTS_SCHEMA}"`, 'something else');
  if (head.output.version > EVENTS_VERSION)
    throw refused(
      place,
      `version ${EVENTS_VERSION} or earlier`,
      `version ${head.output.version}: made by a later version of the app; update the app to read it`,
    );
  return parsed(firstLineSchema, value, place);
}

function readEvent(line: Line, place: Place): SessionEvent {
  const value = readJson(line, place);
  const { type } = parsed(lineSchema, value, place);
  switch (type) {
    case 'gap':
    case 'track':
    case 'sighting':
    case 'frame':
      return parsed(eventSchemas[type], value, place);
    default:
      throw refused(place, 'a gap, track, sighting or frame', `"${shownPath(type.slice(0, 40))}"`);
  }
}

function readJson({ text }: Line, place: Place): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(place, 'JSON', `"${shownPath(text.slice(0, 40))}"`, error);
  }
}

function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  place: Place,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue);
  throw refused(
    place,
    `${issue.expected ?? issue.message}${where === null ? '' : ` at ${where}`}`,
    issue.received.slice(0, 100),
  );
}
