import { parseArgs } from 'node:util';
import { DEFAULT_EMBEDDER_ID } from '../../../models';

export const ADAPTATION_USAGE = `       npm run eval -- adaptation [--json] [--data DIR] [--split FILE[,FILE]] [--model ID|FILE.onnx] [--seeds N]
                              DIR: as vn-2cam (default ../shared/reid/vn-2cam, val.txt)`;

/** What the evaluation of learning from a scene can be asked. */
export interface AdaptationArguments {
  readonly isJson: boolean;
  /** Null: vn-2cam of the shared folder. */
  readonly dataFolder: string | null;
  /** Files that list pictures; all of them together are the scene. */
  readonly splits: readonly string[];
  readonly model: string;
  /** Draws of vehicles to learn from, and of others to judge by. */
  readonly seedCount: number;
}

/** A draw of 34 vehicles moves the figures by several hundredths; their mean over eight by about one. */
const SEED_COUNT = 8;

/** Reads what follows `adaptation`. Throws an Error whose message says what was expected. */
export function readAdaptation(argv: readonly string[]): AdaptationArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      data: { type: 'string' },
      split: { type: 'string', default: 'val.txt' },
      model: { type: 'string', default: DEFAULT_EMBEDDER_ID },
      seeds: { type: 'string', default: String(SEED_COUNT) },
    },
  });
  const seedCount = Number(values.seeds);
  if (!Number.isInteger(seedCount) || seedCount < 1) {
    throw new Error(`Expected a number of draws from 1 for --seeds, got "${values.seeds}".`);
  }
  return {
    isJson: values.json,
    dataFolder: values.data ?? null,
    splits: values.split.split(','),
    model: values.model,
    seedCount,
  };
}
