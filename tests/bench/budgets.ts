/** What a figure may come to at most. */
interface Budget {
  readonly metric: string;
  readonly budget: number;
  /** The figure must come to this at least. Absent: at most. */
  readonly isFloor?: true;
  /** Added to the budget, as a share of it: what a measurement may be off without meaning anything. */
  readonly tolerance: number;
  readonly meaning: string;
}

/** Figures by name; a missing one counts as over its budget. */
export type Metrics = Readonly<Record<string, unknown>>;

/**
 * What each bench must reach on any machine that runs it: ratios, and times far below a display frame.
 * Raising one is a line in the change that needs it.
 */
const BUDGETS: Readonly<Record<string, readonly Budget[]>> = {
  pipeline: [
    {
      metric: 'wholeFrameOverInference',
      budget: 1,
      tolerance: 0.1,
      meaning: 'a whole frame over bare inference, embedding off',
    },
    {
      metric: 'overlayMsAt60Boxes',
      budget: 0.5,
      tolerance: 0,
      meaning: 'milliseconds of the page to draw 60 labelled vehicles',
    },
    {
      metric: 'trackerOverInferenceAt200Objects',
      budget: 0.01,
      tolerance: 0,
      meaning: 'tracker with 200 vehicles over inference',
    },
    {
      metric: 'mainThreadTasksOver50Ms',
      budget: 0,
      tolerance: 0,
      meaning: 'tasks of over 50 ms on the page while it analyses, screen and all',
    },
  ],
  record: [
    {
      metric: 'analysisRateRecordingOverOff',
      budget: 0.9,
      isFloor: true,
      tolerance: 0,
      meaning: 'analysis rate while recording over the rate without, 720p',
    },
    {
      metric: 'droppedFrameCount',
      budget: 0,
      tolerance: 0,
      meaning: 'frames of a file that did not get into its recording',
    },
    {
      metric: 'exportHourSeconds',
      budget: 10,
      tolerance: 0,
      meaning:
        'seconds to export an hour of results, 20 objects at 10 Hz, in the slowest text format',
    },
    {
      metric: 'exportHourExtraMegabytes',
      budget: 150,
      tolerance: 0,
      meaning: 'memory that such an export takes at most, in the format that takes most',
    },
  ],
  endpoint: [
    {
      metric: 'lostEvents',
      budget: 0,
      tolerance: 0,
      meaning: 'live events that one of 500 readers did not get, or not in order',
    },
    {
      metric: 'eventP95Ms',
      budget: 250,
      tolerance: 0,
      meaning: 'milliseconds from sending a live event until a reader has it',
    },
    {
      metric: 'serverPeakMB',
      budget: 400,
      tolerance: 0,
      meaning: 'megabytes that the endpoint has resident at most',
    },
    {
      metric: 'uploadOverPlainPost',
      budget: 0.6,
      isFloor: true,
      tolerance: 0,
      meaning: 'rate of 50 uploads at once over plain POSTs of the same bytes',
    },
  ],
  soak: [
    {
      metric: 'heapGrowth',
      budget: 1,
      tolerance: 0.1,
      meaning: 'memory after a forced collection: last minute over minute 2',
    },
    {
      metric: 'openFrameCount',
      budget: 0,
      tolerance: 0,
      meaning: 'frames the perception worker still holds after the run',
    },
    {
      metric: 'unclosedWarnings',
      budget: 0,
      tolerance: 0,
      meaning: 'times the browser found frames that nobody had closed',
    },
    {
      metric: 'pageErrorCount',
      budget: 0,
      tolerance: 0,
      meaning: 'uncaught errors on the page',
    },
  ],
};

/** One line for each figure over its budget, or not measured at all; none: all is well. */
export function overBudget(bench: string, metrics: Metrics): readonly string[] {
  return (BUDGETS[bench] ?? []).flatMap(({ metric, budget, isFloor, tolerance, meaning }) => {
    const value = metrics[metric];
    const limit = budget * (isFloor ? 1 - tolerance : 1 + tolerance);
    // Written so that NaN, the median of nothing, is over budget as well.
    if (typeof value === 'number' && (isFloor ? value >= limit : value <= limit)) return [];
    const bound = isFloor ? 'at least' : 'at most';
    return [`over budget: ${metric} is ${String(value)}, expected ${bound} ${limit} (${meaning})`];
  });
}
