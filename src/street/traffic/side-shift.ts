/** A smooth move to the side, tied to the way and not to time: whoever stops in it does not slide. */
export interface SideShift {
  /** Station of the front axle where it begins. */
  readonly startM: number;
  readonly lengthM: number;
  /** Offsets to the left of the lane's middle at its two ends, metres. */
  readonly fromM: number;
  readonly toM: number;
}

/**
 * Offset at a station, and its change per metre. The quintic of least jerk (T. Flash, N. Hogan, "The coordination of
 * arm movements", Journal of Neuroscience 5, 1985): slope and curvature are zero at both ends.
 */
export function shiftAt(
  shift: SideShift,
  stationM: number,
): { readonly leftM: number; readonly slope: number } {
  const u = Math.min(1, Math.max(0, (stationM - shift.startM) / shift.lengthM));
  const widthM = shift.toM - shift.fromM;
  return {
    leftM: shift.fromM + widthM * u ** 3 * (10 - 15 * u + 6 * u * u),
    slope: (widthM / shift.lengthM) * 30 * u * u * (1 - u) ** 2,
  };
}

export function isShiftOver(shift: SideShift, stationM: number): boolean {
  return stationM >= shift.startM + shift.lengthM;
}
