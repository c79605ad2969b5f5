import type { ReplayCommand } from './replay-keys';
import type { ReplayView } from './replay-view.svelte';

/** Does what a key asked for; `full-screen` and `help` are the page's business. */
export function obeyReplay(view: ReplayView, command: ReplayCommand): void {
  const { player, header } = view;
  switch (command.type) {
    case 'toggle':
      return view.toggle();
    case 'move':
      return view.move(command.byUs);
    case 'step':
      return view.step(command.by);
    case 'sighting':
      return view.jump(command.by);
    case 'speed':
      return view.changeSpeed(command.by);
    case 'edge':
      return view.seek(command.edge === 'start' ? header.startUs : header.endUs);
    case 'in':
    case 'out':
      return view.setEdge(command.type);
    case 'loop':
      return player.setLooping(!view.state.isLooping);
    case 'full-screen':
    case 'help':
      return;
  }
}
