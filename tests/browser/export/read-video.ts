import { ALL_FORMATS, BlobSource, CanvasSink, EncodedPacketSink, Input } from 'mediabunny';
import { commands } from 'vitest/browser';
import type { ProbedVideo } from '../../support/browser-commands';
import { readFrameCode } from '../../fixtures/scene/frame-code';

/** A picture of a video, with the number that is drawn in it. */
export interface ReadPicture {
  readonly timeS: number;
  readonly number: number | null;
}

/** All pictures of a video, each decoded; `look` may see more of it. */
export async function readPictures(
  video: Blob,
  look: (canvas: OffscreenCanvas | HTMLCanvasElement, number: number | null) => void = () =>
    undefined,
): Promise<readonly ReadPicture[]> {
  const input = new Input({ source: new BlobSource(video), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new Error('Expected a video track, found none');
    const pictures: ReadPicture[] = [];
    for await (const { canvas, timestamp } of new CanvasSink(track).canvases()) {
      const number = readFrameCode(canvas);
      look(canvas, number);
      pictures.push({ timeS: timestamp, number });
    }
    return pictures;
  } finally {
    input.dispose();
  }
}

/** Bytes of every encoded picture, in order of decoding. */
export async function readPackets(video: Blob): Promise<readonly Uint8Array[]> {
  const input = new Input({ source: new BlobSource(video), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new Error('Expected a video track, found none');
    const packets: Uint8Array[] = [];
    for await (const { data } of new EncodedPacketSink(track).packets()) packets.push(data.slice());
    return packets;
  } finally {
    input.dispose();
  }
}

/** A video element with a video, ready to show pictures; `close` it. */
export async function openInElement(
  video: Blob,
): Promise<{ readonly element: HTMLVideoElement; readonly close: () => void }> {
  const element = document.createElement('video');
  element.muted = true;
  const url = URL.createObjectURL(video);
  const loaded = happens(element, 'loadeddata');
  element.src = url;
  document.body.append(element);
  await loaded;
  return {
    element,
    close: () => {
      element.remove();
      URL.revokeObjectURL(url);
    },
  };
}

/** A picture that is the one shown already may not be shown anew. */
const SHOWN_PATIENCE_MS = 2000;

/** Jumps, waits for the picture, and reads its number. */
export async function numberAt(element: HTMLVideoElement, timeS: number): Promise<number | null> {
  const sought = happens(element, 'seeked');
  // "seeked" says that it is decoded: the picture before may still be the one that is drawn.
  const shown = new Promise<void>((resolve) => {
    element.requestVideoFrameCallback(() => resolve());
    setTimeout(resolve, SHOWN_PATIENCE_MS);
  });
  element.currentTime = timeS;
  await Promise.all([sought, shown]);
  return readFrameCode(element);
}

/** Resolves with an event; rejects when the element fails. */
export function happens(element: HTMLMediaElement | HTMLTrackElement, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    element.addEventListener(name, () => resolve(), { once: true });
    element.addEventListener(
      'error',
      () => reject(new Error(`Expected ${name}, the element failed`)),
      { once: true },
    );
  });
}

/** What ffprobe says of a video; null where there is none. */
export async function probe(video: Blob): Promise<ProbedVideo | null> {
  const bytes = new Uint8Array(await video.arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return commands.probeVideo(btoa(binary));
}
