import type { ModelCard } from '../../contracts/model';

/** Figures that have a part of their description in common, which is said once. */
export interface AccuracyGroup {
  /** What they share; null for one that stands alone. */
  readonly common: string | null;
  readonly rows: readonly {
    readonly measure: string;
    readonly value: number;
    /** Nothing of this app prints it: taken over as its makers state it. */
    readonly isStated: boolean;
  }[];
}

type Accuracy = ModelCard['accuracy'];
type Side = 'begin' | 'end';

/**
 * Figures in their order, those that follow each other brought together when the parts of their descriptions between commas begin or end
 * alike: a card has the same few measures of the same few conditions, and long descriptions hide the figures.
 */
export function accuracyGroups(accuracy: Accuracy): readonly AccuracyGroup[] {
  const groups: AccuracyGroup[] = [];
  for (let start = 0; start < accuracy.length;) {
    const rest = accuracy.slice(start);
    const begin = likeFirst(rest, 'begin');
    const end = likeFirst(rest, 'end');
    const [side, run] =
      begin.length > end.length ? (['begin', begin] as const) : (['end', end] as const);
    groups.push(groupOf(run, side));
    start += run.length;
  }
  return groups;
}

/** The first one and those after it that share its first, or last, part. */
function likeFirst(accuracy: Accuracy, side: Side): Accuracy {
  const [first] = accuracy;
  if (!first) return [];
  const part = partsOf(first.measure).at(side === 'begin' ? 0 : -1);
  const isOther = accuracy.findIndex(({ measure }) => {
    const parts = partsOf(measure);
    return parts.length < 2 || parts.at(side === 'begin' ? 0 : -1) !== part;
  });
  return accuracy.slice(0, isOther < 0 ? accuracy.length : Math.max(1, isOther));
}

function groupOf(run: Accuracy, side: Side): AccuracyGroup {
  const lists = run.map(({ measure }) => partsOf(measure));
  const sharedCount = run.length > 1 ? sharedPartCount(lists, side) : 0;
  const [first = []] = lists;
  const common = side === 'begin' ? first.slice(0, sharedCount) : first.slice(-sharedCount);
  return {
    common: sharedCount === 0 ? null : asSentence(common),
    rows: run.map(({ value, command }, index) => {
      const parts = lists[index] ?? [];
      const own =
        side === 'begin' ? parts.slice(sharedCount) : parts.slice(0, parts.length - sharedCount);
      return { measure: asSentence(own), value, isStated: command === null };
    }),
  };
}

/** How many parts all have in common; each keeps one of its own. */
function sharedPartCount(lists: readonly (readonly string[])[], side: Side): number {
  const [first = [], ...others] = lists.map((parts) =>
    side === 'begin' ? parts : [...parts].reverse(),
  );
  const isShared = (part: string, index: number): boolean =>
    [first, ...others].every((parts) => parts[index] === part && index < parts.length - 1);
  const end = first.findIndex((part, index) => !isShared(part, index));
  return end < 0 ? first.length : end;
}

function partsOf(measure: string): readonly string[] {
  return measure.split(', ');
}

/** Begins with a capital letter, unless it is a name that begins with a small one, such as mAP. */
function asSentence(parts: readonly string[]): string {
  const text = parts.join(', ');
  return /^[a-z]+\b/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
