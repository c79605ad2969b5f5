import type { BufferGeometry } from 'three';
import type { BodyType, VehicleLook } from '../../contracts/street';
import { atlasPlacer, type AtlasExtent } from './atlas';
import type { BodyShape, LampPoint } from './body-shape';
import { BODY_SHAPES } from './body-shapes';
import { GLAZED_VAN } from './commercial-shapes';
import { addFittings, addRoofLoad } from './fittings';
import { addLorryBody } from './lorry-body';
import { MeshBuilder, type BuiltMesh } from './mesh-builder';
import { addMotorcycle, addRider, MOTORCYCLE, MOTORCYCLE_EXTENT } from './motorcycle';
import { halfWidthM } from './shell-section';
import { atlasExtent, loftShell } from './shell-loft';
import type { VehicleDetails } from './vehicle-details';

/** Where a wheel stands. */
export interface WheelMount {
  readonly xM: number;
  /** Of its middle; positive to the right. */
  readonly zM: number;
  readonly radiusM: number;
  readonly widthM: number;
  readonly isSteered: boolean;
}

/** What can be known of a body without building it. */
export interface BodyPlan {
  /** Null for a motorcycle. */
  readonly shape: BodyShape | null;
  readonly extent: AtlasExtent;
  readonly wheels: readonly WheelMount[];
  readonly wheelbaseM: number;
  readonly headLampM: LampPoint;
  readonly tailLampM: LampPoint;
  /** What lies on the ground in its own shadow. */
  readonly footprintM: readonly [length: number, width: number];
}

/** Cheap: builds no geometry. */
export function planOf(bodyType: BodyType, details: Pick<VehicleDetails, 'isGlazed'>): BodyPlan {
  if (bodyType === 'motorcycle') {
    const { axlesM, tyreRadiusM, tyreWidthM } = MOTORCYCLE;
    return {
      shape: null,
      extent: MOTORCYCLE_EXTENT,
      wheels: axlesM.map((xM) => ({
        xM,
        zM: 0,
        radiusM: tyreRadiusM,
        widthM: tyreWidthM,
        isSteered: xM > 0,
      })),
      wheelbaseM: axlesM[1] - axlesM[0],
      headLampM: MOTORCYCLE.headLampM,
      tailLampM: MOTORCYCLE.tailLampM,
      footprintM: [1.9, 0.45],
    };
  }
  const shape = details.isGlazed ? GLAZED_VAN : BODY_SHAPES[bodyType];
  return {
    shape,
    extent: atlasExtent(shape),
    wheels: shape.axlesM.flatMap((xM) => wheelPair(shape, xM)),
    wheelbaseM: shape.axlesM[1] - shape.axlesM[0],
    headLampM: shape.headLampM,
    tailLampM: shape.tailLampM,
    footprintM: [shape.lengthM, shape.widthM],
  };
}

function wheelPair(shape: BodyShape, xM: number): readonly WheelMount[] {
  const isSteered = xM > 0;
  // A lorry's driven axle has twin tyres.
  const widthM = shape.face === 'lorry' && !isSteered ? 0.46 : shape.tyreWidthM;
  const outerM = (shape.face === 'lorry' ? 1.17 : halfWidthM(shape, xM)) - 0.015;
  return [1, -1].map((side) => ({
    xM,
    zM: side * (outerM - widthM / 2),
    radiusM: shape.tyreRadiusM,
    widthM,
    isSteered,
  }));
}

/** Vehicles with the same key share their body geometry. */
export function bodyKey(look: VehicleLook, details: VehicleDetails): string {
  const hasVariants = look.bodyType === 'lorry' || look.bodyType === 'motorcycle';
  return `${look.bodyType} ${details.roofLoad} ${hasVariants ? details.variant : 0} ${details.isGlazed}`;
}

/** All but the wheels and the rider. The caller disposes of the geometry. */
export function buildBody(look: VehicleLook, details: VehicleDetails): BuiltMesh {
  const builder = new MeshBuilder();
  const { shape, extent } = planOf(look.bodyType, details);
  if (!shape) {
    addMotorcycle(builder, details.variant);
    return builder.build();
  }
  const place = atlasPlacer(extent);
  loftShell(shape, builder);
  addFittings(shape, builder, place);
  addRoofLoad(details.roofLoad, shape, builder);
  if (shape.face === 'lorry') addLorryBody(builder, place, details.variant);
  return builder.build();
}

/** The rider of a motorcycle, in the slot `parts`. The caller disposes of it. */
export function buildRider(details: VehicleDetails): BufferGeometry {
  const builder = new MeshBuilder();
  const [jacket, helmet] = details.accents;
  addRider(builder, { jacket, helmet, trousersSeed: details.paintSeed });
  return builder.build().geometry;
}
