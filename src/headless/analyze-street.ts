import type { HeadlessStreetSummary } from '../contracts/headless';
import type { StreetChoice } from '../contracts/street';
import { LineWriter } from './line-writer';
import { runToEnd } from './run-to-end';
import type { HeadlessServices } from './services';

/**
 * Analyses a stepped Demo street to its end. Lines: those of `runToEnd`, a `truth` line for every frame that was
 * drawn (a `FrameTruth`; before or after the frame's own line), and `summary` last. Throws RangeError for a live street, which has no end.
 */
export async function analyzeStreet(
  services: HeadlessServices,
  choice: StreetChoice,
): Promise<HeadlessStreetSummary> {
  if (choice.pace !== 'offline') {
    throw new RangeError(`Expected a street of pace "offline", got "${choice.pace}"`);
  }
  const { controller, streetTruth } = services;
  const writer = new LineWriter();
  const stop = streetTruth.add((truth) => {
    writer.write({ type: 'truth', ...truth });
  });
  try {
    const run = await runToEnd(services, () => controller.startStreet(choice), writer);
    const summary = { ...run, scoreThreshold: controller.settings.scoreThreshold };
    writer.write({ type: 'summary', ...summary });
    return summary;
  } finally {
    stop();
    await writer.end();
  }
}
