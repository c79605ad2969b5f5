import { flushSync, unmount } from 'svelte';
import { afterEach, beforeEach } from 'vitest';
import { page } from 'vitest/browser';
import { mountApp } from '../../../src/ui/mount';
import type { AppServices } from '../../../src/ui/state/app-state.svelte';
import { FakeController, type FakeOptions } from './fake-controller';

/** The app on an empty page; taken off it after each test. */
export interface MountedApp {
  /** Shows it with a controller that plays its part. */
  readonly show: (options?: FakeOptions) => FakeController;
  /** Shows it with these services. */
  readonly showWith: (services: AppServices) => void;
}

/** Sees to the page of each test of the file that calls it, at 1280 x 800. */
export function mountedApp(): MountedApp {
  let mounted: Record<string, unknown> | null = null;
  let target: HTMLElement;

  beforeEach(async () => {
    await page.viewport(1280, 800);
    target = document.createElement('div');
    target.id = 'app';
    document.body.append(target);
  });

  afterEach(async () => {
    if (mounted) await unmount(mounted);
    mounted = null;
    target.remove();
  });

  const showWith = (services: AppServices): void => {
    mounted = mountApp(target, services);
    flushSync();
  };
  return {
    showWith,
    show: (options = {}) => {
      const controller = new FakeController(options);
      showWith({ controller, updates: null });
      return controller;
    },
  };
}
