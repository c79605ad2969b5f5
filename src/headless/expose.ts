import type { HeadlessApi } from '../contracts/headless';
import { analyzeVideo } from './analyze-video';
import { benchPipeline } from './bench-pipeline';
import { detectFrames } from './detect-frames';
import type { HeadlessServices } from './services';

/** Puts {@link HeadlessApi} and its file input on the page. */
export function exposeHeadless(services: HeadlessServices): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  document.body.append(input);
  const fileAt = (index: number): File => {
    const file = input.files?.[index];
    if (!file) throw new RangeError(`Expected a file with index ${index}, found none`);
    return file;
  };
  const api: HeadlessApi = {
    analyze: (index) => analyzeVideo(services, fileAt(index)),
    detect: (index, frameIndices) => detectFrames(services, fileAt(index), frameIndices),
    ledger: () => services.parts.perception.ledger(),
    benchPipeline: (index, roundCount) => benchPipeline(services, fileAt(index), roundCount),
  };
  window.resight = api;
}
