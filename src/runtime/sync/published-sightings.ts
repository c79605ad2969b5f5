import type { SessionReader, SessionSighting } from '../../contracts/session';
import type { PublishedSighting } from '../../core/sync-api/sightings';

/** What an endpoint takes as a descriptor's size. */
const MIN_DIMENSION = 8;
const MAX_DIMENSION = 2048;
const MAX_LABEL_LENGTH = 120;
const ID = /^[0-9a-z][0-9a-z-]{7,63}$/;
/** Characters that show nothing, or halves of some. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** Everything of a session that is published: time, camera, class, number, and a descriptor unless it is left out. No pixels. */
export async function publishedSightings(
  session: SessionReader,
  hasDescriptors: boolean,
): Promise<readonly PublishedSighting[]> {
  const { header } = session;
  const [set] = header.resultSets;
  if (!set) return [];
  const sightings = await session.sightings(set.id);
  const toUnixMs = (timeUs: number): number =>
    Math.max(0, Math.round(header.originUnixMs + timeUs / 1000));
  return Promise.all(
    sightings.map(async (sighting) => ({
      id: await publishedId(sighting.id),
      sessionId: header.id,
      camera: publishedLabel(
        header.cameras.find(({ cameraId }) => cameraId === sighting.cameraId)?.label ?? '',
      ),
      startUnixMs: toUnixMs(sighting.startUs),
      endUnixMs: toUnixMs(sighting.endUs),
      vehicleClass: sighting.vehicleClass,
      vehicleNumber: sighting.vehicleNumber,
      descriptor: hasDescriptors ? publishedDescriptor(sighting) : null,
    })),
  );
}

/** Null: it has none, or one that endpoints do not take. */
export function publishedDescriptor({
  descriptor,
}: Pick<SessionSighting, 'descriptor'>): PublishedSighting['descriptor'] {
  if (!descriptor) return null;
  const { space, values } = descriptor;
  if (values.length < MIN_DIMENSION || values.length > MAX_DIMENSION) return null;
  return { space, values: [...values] };
}

/** A name for people as endpoints take it: printable, not empty, not too long. */
export function publishedLabel(label: string): string {
  const printable = label.replace(UNPRINTABLE, ' ').trim();
  // By code points: half of one is not printable.
  return (
    Array.from(printable)
      .slice(0, MAX_LABEL_LENGTH / 2)
      .join('') || 'Camera'
  );
}

/** Ids of other programs' sessions may have other letters than endpoints take. */
export async function publishedId(id: string): Promise<string> {
  if (ID.test(id)) return id;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(id));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
  return hex.join('').slice(0, 32);
}
