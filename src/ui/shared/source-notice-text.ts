import type { SourceInfo, SourceNotice } from '../../contracts/source';

const SENTENCES: Readonly<Record<SourceNotice, (label: string) => string>> = {
  'chosen-camera-gone': (label) =>
    `The camera chosen before is not connected: “${label}” is used instead.`,
};

/** What should be said about a source that runs; null when there is nothing. */
export function sourceNoticeText(source: SourceInfo | null): string | null {
  return source?.notice ? SENTENCES[source.notice](source.label) : null;
}
