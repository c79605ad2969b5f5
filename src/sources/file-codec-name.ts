/** Codec ids and fourcc codes as people call them. */
const NAMES: readonly (readonly [prefix: RegExp, name: string])[] = [
  [/^(hevc|hvc1|hev1|dvh1|dvhe|V_MPEGH)/i, 'HEVC (H.265)'],
  [/^(avc|avc1|avc3|V_MPEG4\/ISO\/AVC)/i, 'H.264'],
  [/^(vp9|vp09|V_VP9)/i, 'VP9'],
  [/^(vp8|vp08|V_VP8)/i, 'VP8'],
  [/^(av1|av01|V_AV1)/i, 'AV1'],
  [/^(prores|ap[co4][hnsx]|V_PRORES)/i, 'Apple ProRes'],
  [/^(mp4v|V_MPEG4\/ISO)/i, 'MPEG-4 Part 2 (DivX, Xvid)'],
  [/^(jpeg|mjp[ab]|V_MJPEG)/i, 'Motion JPEG'],
  [/^(V_MPEG[12]|mp[12]v)/i, 'MPEG-1 or MPEG-2'],
  [/^(s263|h263)/i, 'H.263'],
];

/** A codec's name for an error message, with the id it was found under. */
export function nameCodec(id: string): string {
  const known = NAMES.find(([prefix]) => prefix.test(id));
  return known ? `${known[1]} (${id})` : id;
}
