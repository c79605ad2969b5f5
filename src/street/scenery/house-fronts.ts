/** Lines of the fronts along the main road, metres; wet ground mirrors walls at these places. */
export const HOUSE_FRONTS = { leftXM: -12.5, rightXM: 13.5 } as const;

/** Where the houses end in what wet ground mirrors: between the eaves, at 5.2 m to 8.6 m, and the ridges above. */
export const MIRRORED_HOUSE_HEIGHT_M = 7;
