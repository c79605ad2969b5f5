import type { StreetWeather } from '../../contracts/street';

/** What a weather does to light and air. Colours are sRGB; intensities are three.js's, for the lens's ACES curve. */
export interface WeatherLight {
  /** Sun, or the brightest part of the sky. Towards it: x, y, z. */
  readonly direction: readonly [number, number, number];
  readonly directColour: number;
  readonly directIntensity: number;
  /** 0 casts none (and costs none), 1 hides the direct light wholly. */
  readonly shadowStrength: number;
  readonly skyColour: number;
  readonly groundColour: number;
  readonly skyIntensity: number;
  /** Of the environment that paint and glass mirror. */
  readonly environmentIntensity: number;
  readonly zenithColour: number;
  readonly horizonColour: number;
  /** [0, 1]: how much of the sky is cloud, and how bright clouds are. */
  readonly cloudCover: number;
  readonly cloudColour: number;
  /** Glow around the sun in the sky. */
  readonly sunGlow: number;
  readonly fogColour: number;
  readonly fogNearM: number;
  readonly fogFarM: number;
  /** Street lamps, windows and vehicles' lamps. */
  readonly areLampsOn: boolean;
  /** [0, 1]: how much wet ground mirrors. */
  readonly wetness: number;
}

export const WEATHER_LIGHT: Readonly<Record<StreetWeather, WeatherLight>> = {
  sun: {
    direction: [0.52, 0.78, 0.36],
    directColour: 0xfff1dc,
    directIntensity: 3.9,
    shadowStrength: 1,
    skyColour: 0xc4d6ea,
    groundColour: 0x77705f,
    skyIntensity: 1,
    environmentIntensity: 0.8,
    zenithColour: 0x4f7fbf,
    horizonColour: 0xd3dfea,
    cloudCover: 0.45,
    cloudColour: 0xffffff,
    sunGlow: 1,
    fogColour: 0xc4cfd8,
    fogNearM: 60,
    fogFarM: 270,
    areLampsOn: false,
    wetness: 0,
  },
  overcast: {
    direction: [0.2, 0.95, 0.25],
    directColour: 0xf4f6f8,
    directIntensity: 0.95,
    shadowStrength: 0.55,
    skyColour: 0xd9dee4,
    groundColour: 0x7d786c,
    skyIntensity: 1.75,
    environmentIntensity: 0.85,
    zenithColour: 0xb4bcc6,
    horizonColour: 0xd4d9de,
    cloudCover: 0.9,
    cloudColour: 0xdadee3,
    sunGlow: 0,
    fogColour: 0xc6ccd1,
    fogNearM: 45,
    fogFarM: 230,
    areLampsOn: false,
    wetness: 0,
  },
  dusk: {
    direction: [-0.5, 0.5, -0.6],
    directColour: 0x9db2e6,
    directIntensity: 0.35,
    shadowStrength: 0,
    skyColour: 0x7188bd,
    groundColour: 0x3d3b3a,
    skyIntensity: 1,
    environmentIntensity: 0.5,
    zenithColour: 0x2f4272,
    horizonColour: 0xc09a86,
    cloudCover: 0.35,
    cloudColour: 0x6f7191,
    sunGlow: 0,
    fogColour: 0x5a6680,
    fogNearM: 50,
    fogFarM: 260,
    areLampsOn: true,
    wetness: 0,
  },
  rain: {
    direction: [0.1, 1, 0.15],
    directColour: 0xdfe6ec,
    directIntensity: 0.4,
    shadowStrength: 0,
    skyColour: 0xb7c0c9,
    groundColour: 0x5f5d57,
    skyIntensity: 1.2,
    environmentIntensity: 0.7,
    zenithColour: 0x77808b,
    horizonColour: 0x929aa3,
    cloudCover: 0.9,
    cloudColour: 0x8d96a0,
    sunGlow: 0,
    fogColour: 0x868e95,
    fogNearM: 18,
    fogFarM: 150,
    areLampsOn: true,
    wetness: 1,
  },
};
