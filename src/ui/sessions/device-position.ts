import type { GeoPosition } from '../../contracts/session';

/** A device may have to look for satellites first. */
const TIMEOUT_MS = 20_000;

/** Where this device is, or why nobody knows. */
export type DevicePosition =
  { readonly position: GeoPosition; readonly accuracyM: number } | { readonly problem: string };

/** Asks the browser where this device is; it asks the user. Call only on a press. */
export async function devicePosition(
  // Hidden on plain http in some browsers; the type does not tell.
  geolocation: Geolocation | null = (navigator as Partial<Navigator>).geolocation ?? null,
): Promise<DevicePosition> {
  if (!geolocation) return { problem: 'This browser does not tell where the device is.' };
  return new Promise((resolve) => {
    geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude, accuracy } }) =>
        resolve({
          position: { latitudeDeg: latitude, longitudeDeg: longitude },
          accuracyM: accuracy,
        }),
      ({ code }) => resolve({ problem: problemText(code) }),
      { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: 0 },
    );
  });
}

/** By the codes of https://www.w3.org/TR/geolocation/#position_error_interface. */
function problemText(code: number): string {
  if (code === 1) {
    return 'The browser may not tell where this device is. Allow it in the browser’s settings for this page, or enter the numbers.';
  }
  if (code === 3) {
    return 'The device did not find out in time where it is. Try again under open sky, or enter the numbers.';
  }
  return 'The device cannot find out where it is. Enter the numbers.';
}
