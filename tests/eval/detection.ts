import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHeadlessPage } from '../../server/analyze/headless-page';
import type { Box } from '../../src/contracts/detection';
import type { DetectionArguments } from './detection-arguments';
import { evalModel } from './eval-models';
import { scoreDetections, type LabelledFrame } from './average-precision';

/** Seen from the street; the car park is seen from above, where scores are low but right. */
const STREET_CLIPS: readonly string[] = ['busy-junction.mp4', 'suburban-road.mp4'];

interface Consensus {
  readonly clips: Readonly<
    Record<
      string,
      { readonly frames: readonly { frameIndex: number; boxes: Box[]; ignore: Box[] }[] }
    >
  >;
}

export interface DetectionEvaluation {
  readonly eval: 'detection';
  readonly model: string;
  readonly inputSidePx: number;
  readonly clips: readonly {
    readonly file: string;
    readonly recall: number;
    readonly precision: number;
    readonly ap50: number;
  }[];
  readonly streetAp50: number;
}

/** Scores a detector of the shelf, in the built app in Chromium, against the consensus boxes. */
export async function evaluateDetection(
  sharedFolder: string,
  log: (line: string) => void,
  wanted: Pick<DetectionArguments, 'inputSidePx' | 'model'>,
): Promise<DetectionEvaluation> {
  const consensus = readConsensus(join(sharedFolder, 'detection/consensus.json'));
  const files = Object.keys(consensus.clips);
  const { size } = evalModel(wanted.model, 'detect').manifest.input;
  const inputSidePx = size ? Math.max(size.widthPx, size.heightPx) : wanted.inputSidePx;
  const headless = await openHeadlessPage(
    { inputSidePx, provider: 'wasm', threadCount: 1, detector: wanted.model },
    log,
  );
  try {
    await headless.setFiles(files.map((file) => join(sharedFolder, 'clips', file)));
    const clips = [];
    const street: LabelledFrame[] = [];
    for (const [index, file] of files.entries()) {
      const labels = consensus.clips[file]?.frames ?? [];
      const found = await headless.call(
        'detect',
        index,
        labels.map(({ frameIndex }) => frameIndex),
      );
      const frames = labels.map(({ frameIndex, boxes, ignore }) => ({
        boxes,
        ignore,
        detections: found.find((frame) => frame.frameIndex === frameIndex)?.detections ?? [],
      }));
      if (STREET_CLIPS.includes(file)) street.push(...frames);
      const { recall, precision, ap50, bestScore } = scoreDetections(frames);
      log(`${file}: AP50 ${ap50.toFixed(3)}, best F1 at score ${bestScore.toFixed(2)}`);
      clips.push({ file, recall, precision, ap50 });
    }
    return {
      eval: 'detection',
      model: wanted.model,
      inputSidePx,
      clips,
      streetAp50: scoreDetections(street).ap50,
    };
  } finally {
    await headless.close();
  }
}

function readConsensus(path: string): Consensus {
  // Our own label file, whose shape its README gives; a wrong one fails loudly below.
  return JSON.parse(readFileSync(path, 'utf8')) as Consensus;
}
