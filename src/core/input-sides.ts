/**
 * Longer sides of the detector's input, pixels: what is chosen from by measuring, and what a person may choose.
 * Multiples of its stride; its accuracy is measured at each (models/detect-nanodet/CARD.md). Smallest first.
 */
export const INPUT_SIDES_PX: readonly number[] = [320, 416, 512, 640];
