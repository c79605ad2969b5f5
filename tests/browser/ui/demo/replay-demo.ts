import type { SessionReader } from '../../../../src/contracts/session';
import '../../../../src/ui/styles/tokens.css';
import '../../../../src/ui/styles/base.css';
import { makeSession } from '../../../support/make-session';
import { withSecondAnalysis } from '../../replay/second-analysis';
import { encodeScene } from '../../replay/encode-scene';
import { FakeController } from '../fake-controller';
import { mountReplay } from './mount-replay';

/*
 * The replay of a made session, for looking at it:
 *   npx vite tests/browser/ui/demo --config vite.config.ts, then /replay.html
 * `?seconds=28800&vehicles=4&fps=2` makes it long, `?kind=results` leaves the video out, `?cameras=2` has two cameras side by side,
 * `?gap=1` a gap, `?again=1` a second analysis, `?theme=dark`, `?at=12.5` begins there.
 */

const search = new URLSearchParams(location.search);
const number = (name: string, otherwise: number): number => Number(search.get(name) ?? otherwise);

async function make(): Promise<SessionReader> {
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
  const header: SessionReader['header'] = { ...session.header, kind: 'video' };
  return {
    header,
    segments,
    frames: (set, range) => session.frames(set, range),
    tracks: (set) => session.tracks(set),
    sightings: (set) => session.sightings(set),
    partNames: () => session.partNames(),
    part: async (name) => parts.get(name) ?? session.part(name),
  };
}

const reader = await make();
document.documentElement.dataset['theme'] = search.get('theme') ?? 'light';
const target = document.getElementById('app');
const at = search.get('at');
const startAtUs = at === null ? null : reader.header.startUs + Number(at) * 1e6;
const controller = new FakeController({});
if (target) mountReplay(target, controller, { reader, startAtUs, onclose: () => undefined });
document.documentElement.dataset['ready'] = 'true';
