import { describe, expect, it } from 'vitest';
import { devicePosition } from '../../../src/ui/sessions/device-position';
import { degreesText, readPosition } from '../../../src/ui/sessions/position-text';

const at = (latitudeDeg: number, longitudeDeg: number) => ({
  position: { latitudeDeg, longitudeDeg },
});

describe('a position that is entered', () => {
  it.each([
    ['52.52', '13.405', 52.52, 13.405],
    ['-33.8688', ' 151.2093 ', -33.8688, 151.2093],
    ['52,52', '13,405', 52.52, 13.405],
    ['52.52°', '13.405° e', 52.52, 13.405],
    ['33.87 S', '70.66°W', -33.87, -70.66],
    ['\u221212.5', '+77', -12.5, 77],
    ['52.52, 13.405', '', 52.52, 13.405],
    ['52.52,13.405', '', 52.52, 13.405],
    ['52,52; 13,405', '', 52.52, 13.405],
    ['90', '-180', 90, -180],
  ])('is read from “%s” and “%s”', (latitude, longitude, latitudeDeg, longitudeDeg) => {
    expect(readPosition(latitude, longitude)).toEqual(at(latitudeDeg, longitudeDeg));
  });

  it('is none when nothing was entered', () => {
    expect(readPosition(' ', '')).toEqual({ position: null });
  });

  it.each([
    ['90.01', '0', /latitude.*“90.01”/],
    ['0', '-180.5', /longitude.*“-180.5”/],
    ['north', '0', /latitude.*“north”/],
    ['52.5 E', '13', /latitude/],
    ['52.5', '13 N', /longitude/],
    ['1e1', '0', /latitude/],
    ['52.5', '', /belong together/],
    ['', '13', /belong together/],
    // A decimal comma alone is no pair.
    ['52,52', '', /belong together/],
  ])('is refused in words for “%s” and “%s”', (latitude, longitude, words) => {
    const entered = readPosition(latitude, longitude);
    expect('problem' in entered ? entered.problem : 'read').toMatch(words);
  });

  it('is shown to the centimetre and read again as it was', () => {
    const shown = [degreesText(52.520006599), degreesText(-0.00000001)] as const;
    expect(shown).toEqual(['52.5200066', '0']);
    expect(readPosition(...shown)).toEqual(at(52.5200066, 0));
  });
});

describe('the position of the device', () => {
  type Answer = (onFound: PositionCallback, onError?: PositionErrorCallback | null) => void;
  // Only what is asked for.
  const device = (answer: Answer): Geolocation =>
    ({ getCurrentPosition: answer }) as unknown as Geolocation;

  it('comes with how exact it is', async () => {
    const coords = { latitude: 52.5, longitude: 13.4, accuracy: 12 };
    const found = await devicePosition(
      device((onFound) => onFound({ coords } as unknown as GeolocationPosition)),
    );
    expect(found).toEqual({ ...at(52.5, 13.4), accuracyM: 12 });
  });

  it.each([
    [1, /Allow it/],
    [2, /cannot find out/],
    [3, /in time/],
  ])('is missing with a reason (code %i)', async (code, words) => {
    const found = await devicePosition(
      device((_, onError) => onError?.({ code } as unknown as GeolocationPositionError)),
    );
    expect('problem' in found ? found.problem : 'found').toMatch(words);
  });

  it('is missing where the browser does not know of positions', async () => {
    expect(await devicePosition(null)).toHaveProperty('problem');
  });
});
