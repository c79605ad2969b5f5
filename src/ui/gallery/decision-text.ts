import type { MatchDecision } from '../../contracts/match';
import { similarityText } from '../../sinks/overlay/label-text';

/** Why a decision came out as it did, in one or two sentences. */
export function decisionText(decision: MatchDecision): string {
  const { outcome, similarity, thresholds, candidates } = decision;
  if (outcome === 'unidentifiable') {
    return 'No picture of it was large and sharp enough to compare, so it was not compared with the gallery.';
  }
  if (outcome === 'matched') {
    const value = similarity === null ? '' : ` of ${similarityText(similarity)}`;
    const isKept = similarity !== null && similarity < thresholds.accept;
    return isKept
      ? `Recognised earlier in this passage; a similarity${value} is still above the ${similarityText(thresholds.keep)} at which it would be given up.`
      : `A similarity${value} reaches the ${similarityText(thresholds.accept)} asked for.`;
  }
  const best = candidates.find(({ excludedBecause }) => excludedBecause === null);
  if (!best) return 'Nothing in the gallery could be this vehicle.';
  if (best.similarity >= thresholds.accept) {
    return 'It resembles a known vehicle, but the decision for a new one was made before and kept.';
  }
  return `The most similar vehicle reaches ${similarityText(best.similarity)}; ${similarityText(thresholds.accept)} is asked for.`;
}
