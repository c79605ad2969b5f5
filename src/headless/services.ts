import type { Unsubscribe } from '../contracts/app';
import type { FrameTruth } from '../contracts/street';
import type { ResightController } from '../runtime/analysis-controller';
import type { ControllerParts } from '../runtime/controller-parts';
import type { StreetClient } from '../runtime/street-client';

/** What the composition root hands over. */
export interface HeadlessServices {
  readonly controller: ResightController;
  readonly parts: ControllerParts;
  /** Tells the truth about every frame of a Demo street that runs. */
  readonly streetTruth: { add(listener: (truth: FrameTruth) => void): Unsubscribe };
  /** One of the caller's own, besides the one of a Demo street that runs. */
  readonly createStreetClient: () => StreetClient;
}
