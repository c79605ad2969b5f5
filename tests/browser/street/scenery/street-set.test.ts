import { Vector3, type WebGLRenderer } from 'three';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STREET_WEATHERS, type StreetWeather } from '../../../../src/contracts/street';
import { SIGNAL, type Signals } from '../../../../src/street/layout';
import { StreetLens } from '../../../../src/street/optics/street-lens';
import { StreetSet } from '../../../../src/street/scenery/street-set';
import { brightness, createTestRenderer, readPixels, smallCamera } from './street-renderer';

const QUALITY = 'plain';
const SIGNALS: Signals = { main: 'red', side: 'green' };

describe('the set of the street', () => {
  let renderer: WebGLRenderer;

  beforeAll(() => {
    renderer = createTestRenderer();
  });
  afterAll(() => renderer.dispose());

  /** Builds a street, draws camera A's picture once for each moment, and frees all. */
  function pictures(
    seed: number,
    weather: StreetWeather,
    timesUs: readonly number[] = [0],
  ): { readonly drawn: readonly Uint8ClampedArray[]; readonly areLampsOn: boolean } {
    const set = new StreetSet(renderer, { seed, weather, quality: QUALITY });
    const plan = smallCamera(0);
    const lens = new StreetLens(renderer, plan, { weather, quality: QUALITY });
    try {
      const drawn = timesUs.map((timeUs) => {
        set.update(timeUs, SIGNALS);
        set.prepareFor(plan);
        lens.draw(set.scene, 1);
        return readPixels(renderer);
      });
      return { drawn, areLampsOn: set.areLampsOn };
    } finally {
      lens.dispose();
      set.dispose();
    }
  }

  it('is the same to the pixel for the same seed, another one for another', () => {
    const [first = new Uint8ClampedArray()] = pictures(7, 'sun').drawn;
    expect(first.length).toBe(160 * 90 * 4);
    expect(pictures(7, 'sun').drawn[0]).toEqual(first);
    const [other = first] = pictures(8, 'sun').drawn;
    expect(meanDifference(first, other)).toBeGreaterThan(3);
  });

  it('is brightest by day, darker in rain and darkest at dusk; rain falls; all is freed', () => {
    const light = new Map<StreetWeather, number>();
    const fall = new Map<StreetWeather, number>();
    const lampsOn: StreetWeather[] = [];
    const before = { ...renderer.info.memory };
    for (const weather of STREET_WEATHERS) {
      const { drawn, areLampsOn } = pictures(7, weather, [1_000_000, 1_050_000]);
      const [first = new Uint8ClampedArray(), later = first] = drawn;
      light.set(weather, brightness(first));
      fall.set(weather, meanDifference(first, later));
      if (areLampsOn) lampsOn.push(weather);
    }
    const of = (weather: StreetWeather): number => light.get(weather) ?? NaN;
    expect(of('sun')).toBeGreaterThan(of('rain') * 1.05);
    expect(of('overcast')).toBeGreaterThan(of('rain') * 1.05);
    expect(of('rain')).toBeGreaterThan(of('dusk') * 1.25);
    expect(lampsOn).toEqual(['dusk', 'rain']);
    expect([...fall].filter(([, difference]) => difference > 0.1)).toHaveLength(1);
    expect(fall.get('rain')).toBeGreaterThan(0.1);
    expect(fall.get('sun')).toBe(0);
    expect(renderer.info.memory).toEqual(before);
    expect(before.geometries).toBe(0);
  });

  it('shows the colour of the traffic lights', () => {
    const set = new StreetSet(renderer, { seed: 7, weather: 'overcast', quality: QUALITY });
    // Straight in front of the first head of the main road, near enough to fill the picture.
    const plan = smallCamera(0, {
      positionM: [7.5, 2.85, SIGNAL.awayStopZM + 4],
      targetM: [7.5, 2.85, SIGNAL.awayStopZM],
      verticalFovDeg: 16,
    });
    const lens = new StreetLens(renderer, plan, { weather: 'overcast', quality: QUALITY });
    const coloured = (main: Signals['main']): { red: number; green: number } => {
      set.update(0, { main, side: 'red' });
      set.prepareFor(plan);
      lens.draw(set.scene, 1);
      return countColours(readPixels(renderer));
    };
    const [whenRed, whenGreen] = [coloured('red'), coloured('green')];
    lens.dispose();
    set.dispose();
    expect(whenRed.red).toBeGreaterThan(whenGreen.red + 60);
    expect(whenGreen.green).toBeGreaterThan(whenRed.green + 60);
  });

  it('moves its shadows to the camera that draws', () => {
    const set = new StreetSet(renderer, { seed: 7, weather: 'sun', quality: QUALITY });
    const sun = set.scene.children.find((child) => child.type === 'DirectionalLight');
    const shadowMiddle = (cameraIndex: number): number => {
      set.prepareFor(smallCamera(cameraIndex));
      return sun?.getWorldPosition(new Vector3()).z ?? NaN;
    };
    expect(shadowMiddle(0) - shadowMiddle(1)).toBeGreaterThan(50);
    set.dispose();
  });
});

function meanDifference(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  return sum / a.length;
}

/** Pixels that are clearly red and clearly green, grass and hedges left out. */
function countColours(pixels: Uint8ClampedArray): { red: number; green: number } {
  let [red, green] = [0, 0];
  for (let at = 0; at < pixels.length; at += 4) {
    const [r = 0, g = 0, b = 0] = [pixels[at], pixels[at + 1], pixels[at + 2]];
    if (r > 200 && r > g + 70) red += 1;
    if (g > 200 && g > r + 50 && b > 60) green += 1;
  }
  return { red, green };
}
