import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A picture of one vehicle, cut out. */
export interface ReidFile {
  readonly path: string;
  /** Equal for pictures of one vehicle. */
  readonly vehicle: string;
  readonly camera: string;
  /** What the name begins with in vn-2cam; null in VeRi-776, whose names have none. */
  readonly vehicleClass: string | null;
}

/** Which pictures are looked for, and among which. */
export interface ReidData {
  readonly queries: readonly ReidFile[];
  readonly gallery: readonly ReidFile[];
}

/** `car_0001_cam1.jpg`: vn-2cam. */
const VN_NAME = /^(([a-z]+)_\d+)_(cam\d+)\.jpg$/;
/** `0002_c002_00030600_0.jpg`: VeRi-776. Vehicle, camera, and the rest. */
const VERI_NAME = /^(\d+)_(c\d+)_.*\.jpg$/;

/**
 * Reads a folder laid out as VeRi-776 (`image_query`, `image_test`) or as vn-2cam (`images`, and `split` names the files; each
 * is a query among all). Throws an Error that says what was expected; pictures with other names are an error.
 */
export function readReidFolder(folder: string, split: string): ReidData {
  if (existsSync(join(folder, 'image_query'))) {
    return { queries: readVeri(folder, 'image_query'), gallery: readVeri(folder, 'image_test') };
  }
  const list = join(folder, split);
  if (!existsSync(list)) {
    throw new Error(
      `Expected "${list}" (as vn-2cam) or a folder image_query (as VeRi-776), found neither.`,
    );
  }
  const files = readFileSync(list, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((name) => readVn(folder, name));
  return { queries: files, gallery: files };
}

function readVn(folder: string, name: string): ReidFile {
  const [, vehicle, vehicleClass, camera] = VN_NAME.exec(name) ?? [];
  if (vehicle === undefined || vehicleClass === undefined || camera === undefined) {
    throw new Error(`Expected names like car_0001_cam1.jpg, found "${name}".`);
  }
  return { path: join(folder, 'images', name), vehicle, camera, vehicleClass };
}

function readVeri(folder: string, part: string): readonly ReidFile[] {
  return readdirSync(join(folder, part))
    .filter((name) => name.endsWith('.jpg'))
    .sort()
    .map((name) => {
      const [, vehicle, camera] = VERI_NAME.exec(name) ?? [];
      if (vehicle === undefined || camera === undefined) {
        throw new Error(`Expected names like 0002_c002_00030600_0.jpg, found "${name}".`);
      }
      return { path: join(folder, part, name), vehicle, camera, vehicleClass: null };
    });
}
