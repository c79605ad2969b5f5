import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Calibration, SimilarityHistogram } from '../../contracts/recognition';
import { similarityText } from '../../sinks/overlay/label-text';

/** CSS pixels. */
const HEIGHT_PX = 220;
/** Similarities shown at least: with fewer, neighbouring ticks would read the same. */
const MIN_RANGE = 0.2;

/** What a chart shows. */
export interface HistogramChart {
  readonly calibration: Calibration;
  /** Marked by an upright line. */
  readonly accept: number;
}

/**
 * Draws both histograms as shares of their kind in steps: same pairs filled, different ones as a dashed line, so that colour
 * is not the only sign. Returns what takes it away. Fills the width of `target`, and follows it.
 */
export function drawHistograms(
  target: HTMLElement,
  { calibration, accept }: HistogramChart,
): () => void {
  const style = getComputedStyle(target);
  const colour = (name: string): string => resolved(target, style, name);
  const [again, fill, ink, soft, line] = [
    '--again',
    '--again-soft',
    '--ink',
    '--ink-soft',
    '--line',
  ].map(colour);
  const steps = uPlot.paths.stepped?.({ align: 1 });
  const paths = steps ? { paths: steps } : {};
  const axis = {
    stroke: soft ?? '',
    grid: { stroke: line ?? '', width: 1 },
    ticks: { show: false },
  };
  const chart = new uPlot(
    {
      width: Math.max(1, target.clientWidth),
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [rangeStart(calibration, accept), 1] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map(similarityText) },
        { ...axis, size: 46, values: (_, ticks) => ticks.map((share) => `${share}\u202f%`) },
      ],
      series: [
        {},
        {
          stroke: again ?? '',
          fill: fill ?? '',
          width: 2,
          points: { show: false },
          ...paths,
        },
        { stroke: ink ?? '', dash: [5, 4], width: 2, points: { show: false }, ...paths },
      ],
      hooks: { draw: [(drawn) => markAccept(drawn, accept, ink ?? '')] },
    },
    [binStarts(calibration.same), percents(calibration.same), percents(calibration.different)],
    target,
  );
  const observer = new ResizeObserver(() => {
    chart.setSize({ width: Math.max(1, target.clientWidth), height: HEIGHT_PX });
  });
  observer.observe(target);
  return () => {
    observer.disconnect();
    chart.destroy();
  };
}

/** The canvas knows no `light-dark()`: the browser works it out as a colour of an element. */
function resolved(target: HTMLElement, style: CSSStyleDeclaration, name: string): string {
  const before = target.style.color;
  target.style.color = `var(${name})`;
  const [red = 0, green = 0, blue = 0] = (style.color.match(/[\d.]+/g) ?? []).map(Number);
  target.style.color = before;
  return `#${[red, green, blue].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}

function binStarts({ counts }: SimilarityHistogram): number[] {
  return counts.map((_, bin) => (bin / counts.length) * 2 - 1);
}

function percents({ counts, total }: SimilarityHistogram): number[] {
  return counts.map((count) => (total === 0 ? 0 : (count / total) * 100));
}

/**
 * Two bins to the left of the first that holds a pair or the threshold, and at least {@link MIN_RANGE}: half of all similarities there
 * can be are mostly empty.
 */
function rangeStart({ same, different }: Calibration, accept: number): number {
  const binCount = same.counts.length;
  const firstPair = same.counts.findIndex((count, bin) => count + (different.counts[bin] ?? 0) > 0);
  const acceptBin = Math.floor(((accept + 1) / 2) * binCount);
  const first = Math.min(firstPair < 0 ? binCount : firstPair, acceptBin);
  return Math.min(1 - MIN_RANGE, (Math.max(0, first - 2) / binCount) * 2 - 1);
}

function markAccept(chart: uPlot, accept: number, colour: string): void {
  const { ctx, bbox } = chart;
  const x = chart.valToPos(accept, 'x', true);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  // The dashes of the series before it are still set.
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
