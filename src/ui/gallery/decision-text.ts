import type { ExclusionReason, MatchDecision } from '../../contracts/match';
import { similarityText } from '../../sinks/overlay/label-text';

/** Why a decision came out as it did, in one or two sentences. */
export function decisionText(decision: MatchDecision): string {
  if (decision.outcome === 'unidentifiable') {
    return 'No picture of it was large and sharp enough to compare, so it was not compared with the gallery.';
  }
  return decision.outcome === 'matched' ? matchText(decision) : newText(decision);
}

/** Why a vehicle that resembled could not be the one, in a few words beside it. */
export function exclusionText(reason: ExclusionReason): string {
  return reason === 'visible-at-the-same-time'
    ? 'in view at the same time'
    : 'followed as another vehicle';
}

function matchText({
  vehicleId,
  similarity,
  thresholds,
  requiredSimilarity,
  candidates,
}: MatchDecision): string {
  const asked = requiredSimilarity ?? thresholds.accept;
  const value = similarity === null ? '' : ` of ${similarityText(similarity)}`;
  // What was asked was asked of the best; another one can only have been kept.
  const best = bestPossible(candidates);
  const isOther = best !== undefined && best.vehicleId !== vehicleId;
  return isOther || (similarity !== null && similarity < asked)
    ? `Recognised earlier in this passage; a similarity${value} is still above the ${similarityText(thresholds.keep)} at which it would be given up.`
    : `A similarity${value} reaches the ${similarityText(asked)} asked for.`;
}

function newText({ thresholds, requiredSimilarity, candidates }: MatchDecision): string {
  const best = bestPossible(candidates);
  if (!best) return 'Nothing in the gallery could be this vehicle.';
  const asked = similarityText(requiredSimilarity ?? thresholds.accept);
  const reached = similarityText(best.similarity);
  return best.similarity >= thresholds.accept
    ? `The most similar vehicle reaches ${reached}, but the next one is nearly as similar, so ${asked} was asked for.`
    : `The most similar vehicle reaches ${reached}; ${asked} is asked for.`;
}

function bestPossible(candidates: MatchDecision['candidates']) {
  return candidates.find(({ excludedBecause }) => excludedBecause === null);
}
