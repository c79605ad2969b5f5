import type { Unsubscribe } from '../contracts/app';
import type { FrameTruth, StreetApi } from '../contracts/street';
import type { ControllerParts, ResightController } from '../runtime/analysis-controller';

/** A worker that draws streets, until it is disposed of. */
export interface StreetDrawer extends StreetApi {
  /** Ends the worker. */
  dispose(): void;
}

/** What the composition root hands over. */
export interface HeadlessServices {
  readonly controller: ResightController;
  readonly parts: ControllerParts;
  /** Tells the truth about every frame of a Demo street that runs. */
  readonly streetTruth: { add(listener: (truth: FrameTruth) => void): Unsubscribe };
  /** One of the caller's own, besides the one of a Demo street that runs. */
  readonly createStreetClient: () => StreetDrawer;
}
