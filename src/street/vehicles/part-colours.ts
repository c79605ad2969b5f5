/** Colours of what is neither paint nor glass, sRGB. None is black: real rubber and plastic are grey in daylight. */
export const PART_COLOURS = {
  /** Under the vehicle and inside the wheel arches: no light gets there. */
  dark: 0x060607,
  trim: 0x1a1b1e,
  tyre: 0x202225,
  rubber: 0x222326,
  steel: 0x8d9194,
  chrome: 0xc4c8cc,
  tailLamp: 0xb4161b,
  white: 0xe6e7e6,
} as const;
