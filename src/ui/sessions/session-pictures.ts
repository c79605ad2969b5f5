import type { SessionHeader, SessionReader, SessionsClient } from '../../contracts/session';

/** Pictures in a row of the list. */
const PICTURE_COUNT = 4;
const HEIGHT_PX = 96;

/**
 * A few small pictures that show what is in a session, in order of time: of its video where there is one, else of vehicles. Addresses
 * of blobs; the caller revokes them. Empty for results only, or when the session cannot be read.
 */
export async function picturesOf(
  client: SessionsClient,
  session: SessionHeader,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const reader = await client.open(session.id);
  if (!reader || signal.aborted) return [];
  return session.kind === 'video' && reader.segments.length > 0
    ? fromVideo(reader, signal)
    : fromCrops(reader, signal);
}

async function fromVideo(reader: SessionReader, signal: AbortSignal): Promise<readonly string[]> {
  const { Thumbnails } = await import('../../runtime/replay/thumbnails');
  const thumbnails = new Thumbnails(reader, 0, HEIGHT_PX);
  const { startUs, endUs } = reader.header;
  const addresses: string[] = [];
  try {
    for (let index = 0; index < PICTURE_COUNT && !signal.aborted; index += 1) {
      const share = (index + 0.5) / PICTURE_COUNT;
      const picture = await thumbnails.at(startUs + share * (endUs - startUs), signal);
      if (picture) addresses.push(await addressOf(picture));
    }
  } finally {
    thumbnails.close();
  }
  return addresses;
}

async function addressOf(picture: ImageBitmap): Promise<string> {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext('2d')?.drawImage(picture, 0, 0);
  return URL.createObjectURL(await canvas.convertToBlob({ type: 'image/webp', quality: 0.7 }));
}

async function fromCrops(reader: SessionReader, signal: AbortSignal): Promise<readonly string[]> {
  const [set] = reader.header.resultSets;
  if (!set || reader.header.kind === 'results') return [];
  const parts = (await reader.sightings(set.id)).flatMap(({ cropPart }) => cropPart ?? []);
  const step = Math.max(1, parts.length / PICTURE_COUNT);
  const addresses: string[] = [];
  for (let at = 0; at < parts.length && addresses.length < PICTURE_COUNT; at += step) {
    const part = parts[Math.floor(at)];
    if (!part || signal.aborted) break;
    addresses.push(URL.createObjectURL(await reader.part(part)));
  }
  return addresses;
}
