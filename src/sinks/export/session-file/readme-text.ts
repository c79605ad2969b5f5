import type { SessionHeader } from '../../../contracts/session';
import { SIGNATURE_PATH } from '../../../core/session-format/part-path';
import { isoTime } from '../written-time';

/** What a person needs who unpacks a session file and has never heard of the app. */
export function readmeText(
  header: SessionHeader,
  has: { readonly video: boolean; readonly crops: boolean; readonly verifier: boolean },
): string {
  const cameras = header.cameras.map(({ label }) => label).join(', ');
  const lines: readonly (string | null)[] = [
    'Resight session',
    '===============',
    '',
    `Camera: ${oneLine(cameras)}`,
    `From:   ${isoTime(header, header.startUs)}`,
    `To:     ${isoTime(header, header.endUs)}`,
    header.timeBase === 'media' ? '(positions in a recording, not times of day)' : null,
    '',
    'To see it as it was recorded, choose this ZIP file, unopened, under Import in Resight.',
    '',
    'What is in it',
    '-------------',
    'report.html     a page for people; opens in any browser',
    'exports/        the results for other programs, one folder for each analysis:',
    '                sightings.csv, tracks.csv for spreadsheets; events.jsonl, everything as JSON Lines;',
    '                mot*.txt for tracker benchmarks (MOTChallenge); coco.json for labelling tools;',
    '                boxes*.vtt for video players (WebVTT metadata); places.geojson for maps,',
    '                when the camera has a position',
    'data/           what the session is made of: results (.rsl)' +
      `${has.crops ? ', pictures of vehicles' : ''}${has.video ? ', video' : ''}`,
    'manifest.json   every other file with its length and SHA-256, and how the results were made',
    `${SIGNATURE_PATH}  signature of manifest.json by the device that exported it`,
    has.verifier ? 'verify.html     checks the ZIP file, without a network' : null,
    '',
    'Has it been changed?',
    '--------------------',
    ...(has.verifier
      ? [
          'Open verify.html in a browser and choose the ZIP file. It names every file that was changed.',
          'Whoever can change this ZIP file can also change the verify.html in it. For certainty use one',
          'from another source: Resight itself, or the verify.html of a session file you trust.',
        ]
      : ['Choose the ZIP file under Verify in Resight. It names every file that was changed.']),
    'The signature shows that nothing was changed since that device signed. Whose device it was, only',
    'people can tell you: compare the fingerprint with the one its owner sees in Resight.',
    '',
    'By hand, the manifest can be checked with any program for SHA-256, and the signature (ECDSA, P-256,',
    'over the exact bytes of manifest.json) with any cryptographic library.',
    '',
  ];
  return lines.filter((line) => line !== null).join('\r\n');
}

/** Labels are other people's text: line breaks would let them look like ours. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}
