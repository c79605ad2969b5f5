import { commands } from 'vitest/browser';

/**
 * A frame from the middle of a real clip, as the browser's decoder gives it; null when there is no shared
 * folder. The caller closes it.
 */
export async function realFrame(clip: string, atS: number): Promise<VideoFrame | null> {
  const base64 = await commands.readShared(`clips/${clip}`);
  if (base64 === null) return null;
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const video = document.createElement('video');
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], { type: 'video/mp4' }));
  const shown = new Promise<void>((resolve, reject) => {
    video.addEventListener('seeked', () => {
      resolve();
    });
    video.addEventListener('error', () => {
      reject(new Error(`${clip}: ${video.error?.message ?? 'cannot be played'}`));
    });
  });
  video.currentTime = atS;
  await shown;
  const frame = new VideoFrame(video, { timestamp: 0 });
  URL.revokeObjectURL(video.src);
  return frame;
}
