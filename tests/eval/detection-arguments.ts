import { parseArgs } from 'node:util';
import { DEFAULT_DETECTOR_ID } from '../../models';
import { INPUT_SIDE_PX, readSide } from './street-arguments';

/** What the evaluation of the detector on the clips can be asked. */
export interface DetectionArguments {
  readonly isJson: boolean;
  /** Longer side of the detector input, pixels; a detector of one size has its own. */
  readonly inputSidePx: number;
  /** Id of a detector of the shelf. */
  readonly model: string;
}

/** Reads what follows `detection`. Throws an Error whose message says what was expected. */
export function readDetection(argv: readonly string[]): DetectionArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      side: { type: 'string' },
      model: { type: 'string', default: DEFAULT_DETECTOR_ID },
    },
  });
  return {
    isJson: values.json,
    inputSidePx: readSide(values.side) ?? INPUT_SIDE_PX,
    model: values.model,
  };
}
