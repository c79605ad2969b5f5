/**
 * Renders the vehicles of the Demo street under many cameras, for training and for the proxy that is kept out.
 *
 *   npx tsx render-street.ts OUT_DIR first-pass pass-count
 *
 * Writes OUT_DIR/{train,proxy}/<identity>_<body>_<pass>.ppm. A pass shows every vehicle once. Passes of the training set
 * take sun, overcast and rain in turn; the proxy has other vehicles, and dusk. Seeded: the same pass
 * is the same pictures.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHeadlessPage, type HeadlessPage } from '../../../server/analyze/headless-page';
import type { HeadlessPixels } from '../../../src/contracts/headless';
import type { StreetWeather } from '../../../src/contracts/street';
import { createRandom, type Random } from '../../../src/street/random';
import { BODY_FACTS } from '../../../src/street/vehicles/body-facts';
import { drawStill, drawVehicles, type TrainingVehicle } from './street-scene';

const SEED = 20261122;
const TRAIN_COUNT = 1200;
const PROXY_COUNT = 150;
const TRAIN_WEATHERS: readonly StreetWeather[] = ['sun', 'overcast', 'rain'];
/** The proxy is made in the first passes only: two pictures of each vehicle. */
const PROXY_PASS_COUNT = 2;
/** Seen less than this, or lower, a vehicle is left out of the pass. */
const MIN_VISIBLE_FRACTION = 0.7;
const MIN_HEIGHT_PX = 36;

const [outFolder, firstPass = '0', passCount = '1'] = process.argv.slice(2);
if (!outFolder) throw new Error('Expected: render-street.ts OUT_DIR [first-pass [pass-count]]');

const random = createRandom(SEED);
const training = drawVehicles(random.fork('training'), TRAIN_COUNT, 1);
const kept = drawVehicles(random.fork('proxy'), PROXY_COUNT, TRAIN_COUNT + 1);
const page = await openHeadlessPage({}, say);
try {
  for (let pass = Number(firstPass); pass < Number(firstPass) + Number(passCount); pass += 1) {
    const weather = TRAIN_WEATHERS[pass % TRAIN_WEATHERS.length] ?? 'sun';
    await renderPass(page, random.fork(`pass-${pass}`), training, weather, pass, 'train');
    if (pass < PROXY_PASS_COUNT) {
      await renderPass(page, random.fork(`proxy-${pass}`), kept, 'dusk', pass, 'proxy');
    }
  }
} finally {
  await page.close();
}

async function renderPass(
  headless: HeadlessPage,
  own: Random,
  vehicles: readonly TrainingVehicle[],
  weather: StreetWeather,
  pass: number,
  set: 'train' | 'proxy',
): Promise<void> {
  const folder = join(outFolder ?? '', set);
  mkdirSync(folder, { recursive: true });
  await headless.call('openStills', { seed: own.seed(), weather, quality: null });
  const bodies = new Map(vehicles.map(({ identity, look }) => [identity, look.bodyType]));
  const waiting = vehicles
    .map((vehicle) => ({ vehicle, key: own.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ vehicle }) => vehicle);
  let cropCount = 0;
  for (let still = 0; waiting.length > 0 && still < vehicles.length; still += 1) {
    const request = drawStill(own, waiting);
    if (request.vehicles.length === 0) continue;
    const { truth, crops } = await headless.call('cropStill', request);
    for (const { identity, visibleFraction, heightPx } of truth.vehicles) {
      const crop = crops.find((candidate) => candidate.identity === identity);
      const body = bodies.get(identity);
      if (!crop || !body || visibleFraction < MIN_VISIBLE_FRACTION || heightPx < MIN_HEIGHT_PX) {
        continue;
      }
      const name = `${String(identity).padStart(4, '0')}_${BODY_FACTS[body].vehicleClass}_${pass}.ppm`;
      writeFileSync(join(folder, name), toPpm(crop.pixels));
      cropCount += 1;
    }
  }
  say(`${set} pass ${pass} (${weather}): ${cropCount} of ${vehicles.length} vehicles`);
}

function toPpm({ widthPx, heightPx, rgbaBase64 }: HeadlessPixels): Buffer {
  const rgba = Buffer.from(rgbaBase64, 'base64');
  const head = Buffer.from(`P6\n${widthPx} ${heightPx}\n255\n`);
  const rgb = Buffer.alloc(widthPx * heightPx * 3);
  for (let pixel = 0; pixel < widthPx * heightPx; pixel += 1) {
    rgba.copy(rgb, pixel * 3, pixel * 4, pixel * 4 + 3);
  }
  return Buffer.concat([head, rgb]);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
