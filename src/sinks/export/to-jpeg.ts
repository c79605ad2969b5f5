/** Hardly to be told from the original, and a crop stays a few kilobytes. */
const JPEG_QUALITY = 0.92;

/** Makes a JPEG of a picture that the browser can decode; one that is a JPEG already comes back as it is. */
export async function toJpeg(picture: Blob): Promise<Blob> {
  if (await isJpeg(picture)) return picture;
  const image = await createImageBitmap(picture);
  try {
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('Expected a 2D context, got none');
    context.drawImage(image, 0, 0);
    return await canvas.convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY });
  } finally {
    image.close();
  }
}

/** By its first bytes: a type may be missing, and is no proof. */
async function isJpeg(picture: Blob): Promise<boolean> {
  const [first, second] = new Uint8Array(await picture.slice(0, 2).arrayBuffer());
  return first === 0xff && second === 0xd8;
}
