import type { BodyShape } from './body-shape';
import type { PanelPainter } from './panel-painter';
import type { VehicleDetails } from './vehicle-details';
