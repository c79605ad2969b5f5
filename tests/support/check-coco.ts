/*
 * Reads COCO object detection files by the rules of https://cocodataset.org/#format-data, and as the COCO API indexes them
 * (pycocotools' createIndex). Written from those, not from what the app writes.
 */

/** What was read, with the two fields the app adds. */
export interface CocoFile {
  readonly images: readonly {
    readonly id: number;
    readonly width: number;
    readonly height: number;
    readonly file_name: string;
    readonly frame_time_us: number;
  }[];
  readonly annotations: readonly {
    readonly id: number;
    readonly image_id: number;
    readonly category_id: number;
    readonly bbox: readonly [number, number, number, number];
    readonly area: number;
    readonly track_id: number;
    readonly attributes: { readonly track_id: number; readonly vehicle_number: number | null };
  }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
}

/** Throws at the first rule that is broken. */
export function checkCoco(value: unknown): CocoFile {
  const file = record(value, 'file');
  record(file['info'], 'info');
  list(file['licenses'], 'licenses');
  const images = index(list(file['images'], 'images'), 'image');
  const categories = index(list(file['categories'], 'categories'), 'category');
  const annotations = index(list(file['annotations'], 'annotations'), 'annotation');
  const names = new Set<unknown>();
  for (const image of images.values()) {
    integer(image['width'], 'width');
    integer(image['height'], 'height');
    const name = image['file_name'];
    if (typeof name !== 'string' || name === '' || names.has(name)) fail('file_name', name);
    names.add(name);
  }
  for (const category of categories.values()) {
    if (typeof category['name'] !== 'string') fail('category name', category['name']);
  }
  for (const annotation of annotations.values()) checkAnnotation(annotation, images, categories);
  return value as CocoFile; // every field it names was checked above
}

function checkAnnotation(
  annotation: Record<string, unknown>,
  images: ReadonlyMap<number, Record<string, unknown>>,
  categories: ReadonlyMap<number, Record<string, unknown>>,
): void {
  const image = images.get(integer(annotation['image_id'], 'image_id'));
  if (!image) return fail('image_id of an image', annotation['image_id']);
  if (!categories.has(integer(annotation['category_id'], 'category_id'))) {
    fail('category_id of a category', annotation['category_id']);
  }
  if (annotation['iscrowd'] !== 0 && annotation['iscrowd'] !== 1) {
    fail('iscrowd', annotation['iscrowd']);
  }
  list(annotation['segmentation'], 'segmentation');
  const bbox = list(annotation['bbox'], 'bbox').map((part) => finite(part, 'bbox'));
  const [x = NaN, y = NaN, width = NaN, height = NaN] = bbox;
  const isInside =
    bbox.length === 4 &&
    x >= 0 &&
    y >= 0 &&
    width > 0 &&
    height > 0 &&
    // Rounded to hundredths.
    x + width <= Number(image['width']) + 0.02 &&
    y + height <= Number(image['height']) + 0.02;
  if (!isInside) fail('bbox inside its image', bbox);
  const area = finite(annotation['area'], 'area');
  if (Math.abs(area - width * height) > 0.02 * (width + height)) fail('area of the bbox', area);
  integer(annotation['track_id'], 'track_id');
  record(annotation['attributes'], 'attributes');
}

function index(
  entries: readonly unknown[],
  what: string,
): ReadonlyMap<number, Record<string, unknown>> {
  const byId = new Map<number, Record<string, unknown>>();
  for (const entry of entries) {
    const fields = record(entry, what);
    const id = integer(fields['id'], `${what} id`);
    if (byId.has(id)) fail(`${what} id that is unique`, id);
    byId.set(id, fields);
  }
  return byId;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(what, value);
  return value as Record<string, unknown>; // just checked
}

function list(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(what, value);
}

function integer(value: unknown, what: string): number {
  return typeof value === 'number' && Number.isInteger(value) ? value : fail(what, value);
}

function finite(value: unknown, what: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fail(what, value);
}

function fail(what: string, found: unknown): never {
  throw new Error(`Expected ${what}, found ${JSON.stringify(found)}`);
}
