import { VEHICLE_CLASSES, type VehicleClass } from '../../contracts/detection';
import type { ClassMap } from '../../contracts/model';

/** Where a detector's list of classes comes from. */
export type ClassPreset = 'coco-80' | 'app' | 'own';

/** Places of the vehicles among the 80 classes of COCO, as YOLO, YOLOX and NanoDet order them (cocodataset.org, ids without gaps). */
const COCO_VEHICLES: ReadonlyMap<number, VehicleClass> = new Map([
  [2, 'car'],
  [3, 'motorcycle'],
  [5, 'bus'],
  [7, 'truck'],
]);
/** Classes of COCO 2017. */
export const COCO_CLASS_COUNT = 80;

const PRESET_LISTS: Readonly<Record<Exclude<ClassPreset, 'own'>, ClassMap>> = {
  'coco-80': Array.from(
    { length: COCO_CLASS_COUNT },
    (_, index) => COCO_VEHICLES.get(index) ?? null,
  ),
  app: VEHICLE_CLASSES,
};

/**
 * The classes a form means: a preset, or a list with one class a line in the model's order. A line that is `car`,
 * `motorcycle`, `bus` or `truck`, or ends in one of them after an equals sign (`van = truck`), is followed; any other
 * is a class that is not. Empty lines at the end do not count.
 */
export function classesOf(preset: ClassPreset, ownList: string): ClassMap {
  if (preset !== 'own') return PRESET_LISTS[preset];
  const text = ownList.trimEnd();
  return text === '' ? [] : text.split('\n').map(classOfLine);
}

function classOfLine(line: string): VehicleClass | null {
  const meant = line
    .slice(line.lastIndexOf('=') + 1)
    .trim()
    .toLowerCase();
  return VEHICLE_CLASSES.find((known) => known === meant) ?? null;
}

/** What a list comes to, counted from 0 as models do: `80 classes; followed: car (2), bus (5)`. */
export function classesText(classes: ClassMap): string {
  const followed = classes.flatMap((vehicleClass, index) =>
    vehicleClass === null ? [] : [`${vehicleClass} (${index})`],
  );
  const count = classes.length === 1 ? '1 class' : `${classes.length} classes`;
  return `${count}; followed: ${followed.length > 0 ? followed.join(', ') : 'none'}`;
}
