import { mountApp } from '../../../../src/ui/mount';
import { FakeController } from '../fake-controller';

/*
 * The whole screen without a camera or a model, for looking at it:
 *   npx vite tests/browser/ui/demo --config vite.config.ts
 * `?vehicles=3000` fills the gallery; `window.fake` plays what the page's console tells it. `?replay` shows a session instead, see
 * `replay-demo.ts`.
 */

const search = new URLSearchParams(location.search);
const controller = new FakeController({ vehicleCount: Number(search.get('vehicles') ?? 38) });
const target = document.getElementById('app');
if (target && search.has('replay')) {
  const { showReplay } = await import('./replay-demo');
  await showReplay(target, controller, search);
} else if (target) mountApp(target, { controller, updates: null });
Object.assign(window, { fake: controller });
setInterval(() => {
  if (controller.status.state === 'running') controller.tick(0.1);
}, 100);
