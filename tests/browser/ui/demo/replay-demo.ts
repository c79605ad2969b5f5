import type { AnalysisController } from '../../../../src/contracts/app';
import type { SessionReader } from '../../../../src/contracts/session';
import '../../../../src/ui/styles/tokens.css';
import '../../../../src/ui/styles/base.css';
import { alteredSession, makeSession } from '../../../support/make-session';
import { withSecondAnalysis } from '../../replay/second-analysis';
import { encodeScene } from '../../replay/encode-scene';
import { mountReplay } from './mount-replay';

/*
 * The replay of a made session, for looking at it: `?replay&seconds=28800&vehicles=4&fps=2` makes it long, `kind=results` leaves the
 * video out, `cameras=2` has two side by side, `gap` a gap, `again` a second analysis, `theme=dark`, `at=12.5` begins there.
 */

/** Makes the session that the page's address asks for, and shows it. */
export async function showReplay(
  target: HTMLElement,
  controller: AnalysisController,
  search: URLSearchParams,
): Promise<void> {
  const reader = await make(search);
  document.documentElement.dataset['theme'] = search.get('theme') ?? 'light';
  const at = search.get('at');
  const start = at === null ? null : { atUs: reader.header.startUs + Number(at) * 1e6 };
  mountReplay(target, controller, { reader, start, onclose: () => undefined });
  document.documentElement.dataset['ready'] = 'true';
}

async function make(search: URLSearchParams): Promise<SessionReader> {
  const number = (name: string, otherwise: number): number => Number(search.get(name) ?? otherwise);
  const isVideo = search.get('kind') !== 'results';
  const made = makeSession({
    durationS: number('seconds', 40),
    framesPerSecond: number('fps', 10),
    objectCount: number('vehicles', 3),
    cameraCount: number('cameras', 1),
    kind: isVideo ? 'crops' : 'results',
    ...(search.has('gap') ? { gap: { from: 0.4, to: 0.5 } } : {}),
  });
  const session = search.has('again') ? withSecondAnalysis(made) : made;
  if (!isVideo) return session;
  const { segments, parts } = await encodeScene(session);
  return alteredSession(session, {
    header: { ...session.header, kind: 'video' },
    segments,
    part: async (name) => parts.get(name) ?? session.part(name),
  });
}
