import { ModelImport } from '../state/model-import.svelte';
import { ModelMeasuring } from '../state/model-measuring.svelte';
import type { ModelsView } from '../state/models-view.svelte';

/** What the Models page needs beyond the shelf. */
export interface PageState {
  readonly importing: ModelImport;
  readonly measuring: ModelMeasuring;
}

/** Outlives the page, so that a form half filled in is still there when it is opened again; loaded with it. */
const states = new WeakMap<ModelsView, PageState>();

/** The page's state for a shelf; made at the first call. */
export function pageStateOf(models: ModelsView): PageState {
  const known = states.get(models);
  if (known) return known;
  const made = {
    importing: new ModelImport(models.shelf),
    measuring: new ModelMeasuring(models.shelf),
  };
  states.set(models, made);
  return made;
}
