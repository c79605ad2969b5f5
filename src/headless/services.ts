import type { ControllerParts, ResightController } from '../runtime/analysis-controller';

/** What the composition root hands over. */
export interface HeadlessServices {
  readonly controller: ResightController;
  readonly parts: ControllerParts;
}
