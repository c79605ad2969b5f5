import type {
  NewResultSet,
  ResultSet,
  ResultSetId,
  SessionWriter,
  VideoSegment,
} from '../contracts/session';
import { TimeSpan } from './result-counter';
import type { ResultPart } from './result-part';
import type { SessionRow } from './session-rows';

/** A result set that is being written. */
interface DraftSet {
  readonly set: NewResultSet;
  readonly part: ResultPart;
}

/** What a writer has put into its session so far, beside what was there before. */
export class SessionDraft {
  readonly sets = new Map<ResultSetId, DraftSet>();
  readonly segments: VideoSegment[] = [];
  /** Bytes of pictures by the names of their parts. */
  readonly crops = new Map<string, number>();
  videoCounts: Parameters<SessionWriter['setVideoCounts']>[0] | null = null;
  readonly #before: SessionRow;

  /** `before`: the session as it was found, or made. */
  constructor(before: SessionRow) {
    this.#before = before;
  }

  /** Pictures that no sighting, as it was told of last, has. */
  get strayCrops(): readonly string[] {
    const used = new Set(
      [...this.sets.values()].flatMap(({ part }) => [...part.counter.cropParts]),
    );
    return [...this.crops.keys()].filter((part) => !used.has(part));
  }

  /** Of what was put in, video under way left out. */
  get byteCount(): number {
    const bytes = [
      ...[...this.sets.values()].map(({ part }) => part.byteCount),
      ...this.segments.map(({ byteCount }) => byteCount),
      ...this.crops.values(),
    ];
    return bytes.reduce((sum, count) => sum + count, 0);
  }

  /** The session's row with all of this in it. `row`: as it is now, since others may have given it a title. */
  describe(row: SessionRow): SessionRow {
    const before = this.#before;
    const sets = [...this.sets.values()];
    return {
      ...row,
      ...this.#span(),
      ...(this.videoCounts ?? { videoFrameCount: before.videoFrameCount + this.#frameCount() }),
      gaps: [...before.gaps, ...this.#gaps()],
      resultSets: [...before.resultSets, ...sets.map(resultSetOf)],
      resultFiles: [
        ...before.resultFiles,
        ...sets.map(({ set, part }) => ({
          resultSet: set.id,
          fileName: part.fileName,
          byteCount: part.byteCount,
        })),
      ],
      byteCount: before.byteCount + this.byteCount,
    };
  }

  #span(): Pick<SessionRow, 'startUs' | 'endUs'> {
    const span = new TimeSpan();
    const { startUs, endUs, resultSets } = this.#before;
    if (resultSets.length > 0) span.include(startUs, endUs);
    for (const { startUs: start, endUs: end } of this.segments) span.include(start, end);
    for (const { part } of this.sets.values()) {
      const { range } = part.counter.span;
      if (range) span.include(range.startUs, range.endUs);
    }
    return span.range ?? { startUs, endUs };
  }

  /** A gap is told of where it was recorded; a further analysis of the same pictures has no others. */
  #gaps(): SessionRow['gaps'] {
    if (this.#before.resultSets.length > 0) return [];
    const [first] = this.sets.values();
    return first?.part.counter.gaps ?? [];
  }

  #frameCount(): number {
    return this.segments.reduce((sum, { frameCount }) => sum + frameCount, 0);
  }
}

function resultSetOf({ set, part }: DraftSet): ResultSet {
  const { id, label, madeUnixMs, models, settings } = set;
  return { id, label, madeUnixMs, models, settings, ...part.counter.counts };
}
