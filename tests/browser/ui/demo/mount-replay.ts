import { mount, unmount, type Component, type ComponentProps } from 'svelte';
import type { AnalysisController } from '../../../../src/contracts/app';
import ReplayPage from '../../../../src/ui/replay/ReplayPage.svelte';
import { AppState, setApp } from '../../../../src/ui/state/app-state.svelte';

type Props = ComponentProps<typeof ReplayPage>;

/** Shows the replay page alone, in the state of an app that is not on the page. Returns what takes it away again. */
export function mountReplay(
  target: HTMLElement,
  controller: AnalysisController,
  props: Props,
): () => void {
  const app = new AppState({ controller, updates: null });
  const inApp: Component<Props> = (internals, given) => {
    setApp(app);
    return ReplayPage(internals, given);
  };
  app.fullScreen.start();
  app.clock.start();
  const page = mount(inApp, { target, props });
  return () => {
    void unmount(page);
    app.dispose();
  };
}
