import type { AnalysisController } from '../../contracts/app';

/** A picture that has not come by then will not. */
const PATIENCE_MS = 3000;

/** The picture of the running source as it is now. The caller closes it. Throws Error when none comes. */
export async function takeCurrentPicture(controller: AnalysisController): Promise<ImageBitmap> {
  const { previewStream } = controller.status;
  const picture = previewStream ? fromStream(previewStream) : nextFrame(controller);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('Expected a picture on screen, none came')),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([picture, patience]);
  } finally {
    clearTimeout(timer);
  }
}

async function fromStream(stream: MediaStream): Promise<ImageBitmap> {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  try {
    await video.play();
    return await createImageBitmap(video);
  } finally {
    video.srcObject = null;
  }
}

function nextFrame(controller: AnalysisController): Promise<ImageBitmap> {
  return new Promise((resolve, reject) => {
    const unsubscribe = controller.onFrame((image) => {
      unsubscribe();
      // The frame is borrowed: its pixels are taken before this listener returns.
      createImageBitmap(image).then(resolve, reject);
    });
  });
}
