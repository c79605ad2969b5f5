import {
  BasicShadowMap,
  Color,
  Fog,
  PCFShadowMap,
  Scene,
  type Mesh,
  type WebGLRenderer,
  type WebGLRenderTarget,
} from 'three';
import type { StreetCameraPlan, StreetQuality, StreetWeather } from '../../contracts/street';
import type { Signals } from '../layout';
import { createRandom } from '../random';
import { addBridge, addSkyline } from './far-end';
import { addGround } from './ground';
import { addHouses } from './houses';
import { Rain } from './rain';
import { SceneryBuilder } from './scenery-builder';
import { createSky, disposeSky, renderEnvironment } from './sky';
import { addFurniture } from './street-furniture';
import { Sunlight } from './sunlight';
import { TrafficLights } from './traffic-lights';
import { addGreenery } from './trees';
import { WEATHER_LIGHT } from './weather-light';

/** Everything of the street but its vehicles. The same plan is the same street, to the pixel on one machine. */
export class StreetSet {
  /** Vehicles are put into it by others, and taken out before `dispose`. */
  readonly scene = new Scene();
  /** Whether it is dark enough for lamps, the vehicles' included. */
  readonly areLampsOn: boolean;

  readonly #builder: SceneryBuilder;
  readonly #environment: WebGLRenderTarget;
  readonly #sky: Mesh;
  readonly #sunlight: Sunlight;
  readonly #trafficLights: TrafficLights;
  readonly #rain: Rain | null;

  /** `renderer` is borrowed: its shadows are set for the plan, and it draws the environment once. */
  constructor(
    renderer: WebGLRenderer,
    plan: {
      readonly seed: number;
      readonly weather: StreetWeather;
      readonly quality: StreetQuality;
    },
  ) {
    const light = WEATHER_LIGHT[plan.weather];
    const random = createRandom(plan.seed).fork('scenery');
    const { scene } = this;
    this.areLampsOn = light.areLampsOn;
    renderer.shadowMap.enabled = light.shadowStrength > 0;
    renderer.shadowMap.type = plan.quality === 'fine' ? PCFShadowMap : BasicShadowMap;
    this.#environment = renderEnvironment(renderer, light, random.fork('environment'));
    scene.environment = this.#environment.texture;
    scene.environmentIntensity = light.environmentIntensity;
    scene.fog = new Fog(light.fogColour, light.fogNearM, light.fogFarM);

    const { capabilities } = renderer;
    this.#builder = new SceneryBuilder(plan.quality, light, capabilities.getMaxAnisotropy());
    addHouses(this.#builder, random.fork('houses'));
    addGreenery(this.#builder, random.fork('greenery'));
    const lamps = addFurniture(this.#builder, random.fork('furniture'));
    this.#trafficLights = new TrafficLights(this.#builder, scene);
    addBridge(this.#builder, random.fork('bridge'));
    addSkyline(this.#builder, scene, random.fork('skyline'));
    addGround(this.#builder, random.fork('ground'));
    this.#builder.build(scene);
    this.#sky = createSky(light, random.fork('sky'));
    scene.add(this.#sky);
    this.#sunlight = new Sunlight(scene, light, plan.quality, lamps);
    this.#rain =
      light.wetness > 0 ? this.#createRain(light.horizonColour, random.fork('rain')) : null;
  }

  /** Moves what moves by itself. `timeUs`: since the scene began. */
  update(timeUs: number, signals: Signals): void {
    this.#trafficLights.show(signals);
    this.#rain?.update(timeUs);
  }

  /** To be called before a camera draws: shadows, lamps and rain go to what it sees. */
  prepareFor(camera: StreetCameraPlan): void {
    this.#sunlight.prepareFor(camera);
    this.#rain?.prepareFor(camera);
  }

  dispose(): void {
    this.scene.clear();
    this.#builder.dispose();
    this.#environment.dispose();
    disposeSky(this.#sky);
    this.#sunlight.dispose();
    this.#rain?.dispose();
  }

  #createRain(colour: number, random: Parameters<typeof addGround>[1]): Rain {
    const { r, g, b } = new Color(colour);
    const rain = new Rain(random, [r, g, b]);
    this.scene.add(rain.mesh);
    return rain;
  }
}
