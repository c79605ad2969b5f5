import type { HeadlessVideoSummary } from '../contracts/headless';
import { LineWriter } from './line-writer';
import { runToEnd } from './run-to-end';
import type { HeadlessServices } from './services';

/** Analyses one video to its end. Lines: those of `runToEnd`, and `summary` last. */
export async function analyzeVideo(
  services: HeadlessServices,
  file: File,
): Promise<HeadlessVideoSummary> {
  const writer = new LineWriter();
  try {
    await services.controller.leaveStreet();
    const summary = await runToEnd(services, () => services.controller.openVideo(file), writer);
    writer.write({ type: 'summary', ...summary });
    return summary;
  } finally {
    await writer.end();
  }
}
