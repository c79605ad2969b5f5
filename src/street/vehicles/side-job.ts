import type { BodyShape } from './body-shape';
import type { PanelPainter } from './panel-painter';
import type { VehicleDetails } from './vehicle-details';

/** What painting one flank needs. */
export interface SideJob {
  readonly panel: PanelPainter;
  readonly shape: BodyShape;
  readonly details: VehicleDetails;
  /** `#rrggbb`. */
  readonly paint: string;
  /** +1: the right side, -1: the left one. */
  readonly side: 1 | -1;
}
