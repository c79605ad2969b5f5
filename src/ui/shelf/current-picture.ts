import type { AnalysisController } from '../../contracts/app';
import type { CameraId } from '../../contracts/frame';

/** A picture that has not come by then will not. */
const PATIENCE_MS = 3000;

/** The picture of the running source as it is now, of one of its cameras or of whichever comes next. The caller closes it. Throws Error when none comes. */
export async function takeCurrentPicture(
  controller: AnalysisController,
  cameraId: CameraId | null = null,
): Promise<ImageBitmap> {
  const { previewStream } = controller.status;
  const picture = previewStream ? fromStream(previewStream) : nextFrame(controller, cameraId);
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

function nextFrame(
  controller: AnalysisController,
  cameraId: CameraId | null,
): Promise<ImageBitmap> {
  return new Promise((resolve, reject) => {
    const unsubscribe = controller.onFrame((image, { meta }) => {
      if (cameraId !== null && meta.cameraId !== cameraId) return;
      unsubscribe();
      // The frame is borrowed: its pixels are taken before this listener returns.
      createImageBitmap(image).then(resolve, reject);
    });
  });
}
