import type { Calibration, SeparationScores, ThresholdProposal } from '../../contracts/recognition';
import { countOf } from '../shared/number-text';

/** A rate of false matches as people say it: `1 in 1,000`. */
export function oneInText(rate: number): string {
  return `1 in ${Math.round(1 / rate).toLocaleString('en')}`;
}

/** A share with a decimal where it is small: `0.8 %`, `12 %`. */
export function shareText(share: number): string {
  const percent = share * 100;
  const digits = percent > 0 && percent < 10 ? 1 : 0;
  return `${percent.toFixed(digits)}\u202f%`;
}

/** What a threshold does, with how sure that is. */
export function proposalText(proposal: ThresholdProposal): string {
  const { falseMatchRate, falseMatchRateUpper, falseNonMatchRate } = proposal;
  return (
    `Of ${countOf(proposal.differentCount, 'pair')} of different vehicles, ${shareText(falseMatchRate)} would be taken for one ` +
    `(with 95\u202f% certainty not more than ${shareText(falseMatchRateUpper)}). ` +
    `Of ${countOf(proposal.sameCount, 'pair')} of the same vehicle, ${shareText(falseNonMatchRate)} would be missed.`
  );
}

/** Which cameras a calibration is of. */
export function camerasText({ cameraIds, cameraLabels }: Calibration): string {
  if (!cameraIds || !cameraLabels) return 'All cameras';
  const [first, second] = cameraLabels;
  return cameraIds[0] === cameraIds[1] ? `Within ${first}` : `${first} and ${second}`;
}

/** The chart in words. */
export function histogramText({ same, different, equalErrorRate }: Calibration): string {
  const counts = `${countOf(same.total, 'pair')} of the same vehicle and ${countOf(different.total, 'pair')} of different ones`;
  return equalErrorRate === null
    ? `${counts}.`
    : `${counts}; at best, ${shareText(equalErrorRate)} of either would be mistaken.`;
}

/** Before and after, for a table: what it means, and both figures. */
export function scoreRows(
  before: SeparationScores,
  after: SeparationScores,
): readonly { readonly name: string; readonly before: string; readonly after: string }[] {
  return [
    {
      name: 'Mistaken at best, either way (lower is better)',
      before: shareText(before.equalErrorRate),
      after: shareText(after.equalErrorRate),
    },
    {
      name: 'Recognised when 1 in 100 others is mistaken for it (higher is better)',
      before: shareText(before.recallAtOnePercent),
      after: shareText(after.recallAtOnePercent),
    },
  ];
}
