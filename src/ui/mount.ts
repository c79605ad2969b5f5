import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import App from './App.svelte';
import type { AppServices } from './state/app-state.svelte';

export type { AppServices };

/** Shows the app in an element; it stays for the life of the page. Returns what `unmount` of Svelte takes. */
export function mountApp(target: HTMLElement, services: AppServices): Record<string, unknown> {
  return mount(App, { target, props: { services } });
}
