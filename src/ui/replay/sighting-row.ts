/** Height of a row of the list, CSS pixels. */
export const SIGHTING_ROW_PX = 76;
