import type { ExportFormat, ExportRequest } from '../../contracts/export';
import type { CameraId } from '../../contracts/frame';
import type { ResultSetId, SessionHeader, SessionId, TimeRange } from '../../contracts/session';

/** What was on screen when the export was asked for. */
export interface ExportStart {
  readonly resultSet: ResultSetId;
  /** Between the in and out points; null: none were set. */
  readonly range: TimeRange | null;
}

/** Formats that show one camera. */
const ONE_CAMERA_FORMATS: ReadonlySet<ExportFormat> = new Set([
  'video-clip',
  'video-overlay',
  'webvtt',
]);

/** What of a session is going to be exported, and how. */
export class ExportChoice {
  format = $state<ExportFormat>('session-file');
  resultSet = $state<ResultSetId>('');
  cameraId = $state<CameraId | null>(null);
  without = $state.raw<ExportRequest['without']>([]);
  /** Only what lies within {@link marked}. */
  isMarkedOnly = $state(false);
  /** Null: nothing was marked. */
  readonly marked: TimeRange | null;
  readonly #sessionId: SessionId;

  /** Null: what was on screen was no replay. */
  constructor(session: SessionHeader, start: ExportStart | null) {
    this.#sessionId = session.id;
    this.resultSet = start?.resultSet ?? session.resultSets[0]?.id ?? '';
    this.cameraId = session.cameras[0]?.cameraId ?? null;
    this.marked = start?.range ?? null;
    this.isMarkedOnly = this.marked !== null;
  }

  get isOfOneCamera(): boolean {
    return ONE_CAMERA_FORMATS.has(this.format);
  }

  /** A session file tells of all analyses. */
  get isOfOneAnalysis(): boolean {
    return this.format !== 'session-file' && this.format !== 'video-clip';
  }

  get request(): ExportRequest {
    return {
      sessionId: this.#sessionId,
      resultSet: this.resultSet,
      format: this.format,
      range: this.isMarkedOnly ? this.marked : null,
      cameraId: this.cameraId,
      without: this.format === 'session-file' ? this.without : [],
    };
  }

  /** Leaves a part out of a session file, or takes it in again. */
  leave(part: ExportRequest['without'][number], isLeftOut: boolean): void {
    const others = this.without.filter((one) => one !== part);
    this.without = isLeftOut ? [...others, part] : others;
  }
}
