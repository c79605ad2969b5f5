import type { ModelListing } from '../../../src/contracts/model';
import type { FileFacts } from './file-facts';

/** What a file of a listed model may be: at least one of its checksums is known. */
export interface KnownFile {
  readonly algorithm: 'sha256' | 'sha384';
  readonly hex: string;
  /** Null: not known. */
  readonly bytes: number | null;
}

/**
 * Files that offline mirrors carry instead of the official one, by model: the same network, exported anew, so that its bytes
 * differ. Each has been run by this project.
 */
const OTHER_BUILDS: Readonly<Record<string, readonly KnownFile[]>> = {
  // Exported with PyTorch 1.10; the official file is older. The street evaluation uses it (tests/eval/yolox.ts).
  'detect-yolox-nano': [
    {
      algorithm: 'sha256',
      hex: '695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14',
      bytes: 3_660_092,
    },
  ],
};

/** The files a listing accepts, the official one first. Empty: none is known, and any is taken. */
export function knownFiles(listing: ModelListing): readonly KnownFile[] {
  const others = OTHER_BUILDS[listing.id] ?? [];
  if (!listing.download)
    return [{ algorithm: 'sha256', hex: listing.sha256, bytes: listing.bytes }];
  const { checksum, bytes } = listing.download;
  return checksum === null ? others : [{ ...checksum, bytes }, ...others];
}

/** Whether a file is one of those accepted. */
export function isAccepted(facts: FileFacts, known: readonly KnownFile[]): boolean {
  return known.length === 0 || known.some(({ algorithm, hex }) => facts[algorithm] === hex);
}

/** Expected and found in words, for a file that is not accepted. */
export function describeDifference(facts: FileFacts, known: readonly KnownFile[]): string {
  const [first] = known;
  const algorithm = first?.algorithm ?? 'sha256';
  const expected = known
    .map((one) => `${one.bytes === null ? '' : `${one.bytes} bytes with `}${named(one)}`)
    .join(', or ');
  return `expected ${expected}, found ${facts.bytes} bytes with ${named({ algorithm, hex: facts[algorithm] })}`;
}

function named({ algorithm, hex }: Pick<KnownFile, 'algorithm' | 'hex'>): string {
  return `${algorithm === 'sha256' ? 'SHA-256' : 'SHA-384'} ${hex}`;
}
