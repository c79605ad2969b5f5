import { parseArgs } from 'node:util';
import { DEFAULT_EMBEDDER_ID } from '../../../models';

export const REID_USAGE = `       npm run eval -- reid [--json] [--data DIR] [--split FILE] [--model ID|FILE.onnx]
                              DIR: as vn-2cam (default ../shared/reid/vn-2cam, val.txt) or as VeRi-776`;

/** What the evaluation of the embedder can be asked. */
export interface ReidArguments {
  readonly isJson: boolean;
  /** Null: vn-2cam of the shared folder. */
  readonly dataFolder: string | null;
  readonly split: string;
  readonly model: string;
}

/** Reads what follows `reid`. Throws an Error whose message says what was expected. */
export function readReid(argv: readonly string[]): ReidArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      data: { type: 'string' },
      split: { type: 'string', default: 'val.txt' },
      model: { type: 'string', default: DEFAULT_EMBEDDER_ID },
    },
  });
  return {
    isJson: values.json,
    dataFolder: values.data ?? null,
    split: values.split,
    model: values.model,
  };
}
