import {
  BufferTarget,
  Output,
  Quality,
  VideoSample,
  VideoSampleSource,
  WebMOutputFormat,
} from 'mediabunny';
import type { SessionFrame, SessionReader, VideoSegment } from '../../../src/contracts/session';
import { IDENTITY_COLORS } from '../../../src/sinks/overlay/marks';
import { MADE_RESULT_SET } from '../../support/make-session';

/** Pictures of one segment. */
const SEGMENT_FRAMES = 40;

/** Encodes pictures of a session's boxes: a coloured block where each vehicle is. One segment every forty pictures of a camera. */
export async function encodeScene(
  session: SessionReader,
): Promise<{ readonly segments: readonly VideoSegment[]; readonly parts: Map<string, Blob> }> {
  const segments: VideoSegment[] = [];
  const parts = new Map<string, Blob>();
  for (const { cameraId } of session.header.cameras) {
    const frames: SessionFrame[] = [];
    for await (const frame of session.frames(MADE_RESULT_SET, null)) {
      if (frame.cameraId === cameraId) frames.push(frame);
    }
    for (let first = 0; first < frames.length; first += SEGMENT_FRAMES) {
      const index = first / SEGMENT_FRAMES;
      const part = `video-${session.header.cameras.findIndex((camera) => camera.cameraId === cameraId)}-${index}.webm`;
      const made = frames.slice(first, first + SEGMENT_FRAMES);
      const blob = await encode(made);
      parts.set(part, blob);
      segments.push({
        cameraId,
        index,
        part,
        startUs: made[0]?.captureTimeUs ?? 0,
        endUs: made.at(-1)?.captureTimeUs ?? 0,
        frameCount: made.length,
        byteCount: blob.size,
        mimeType: 'video/webm',
        codec: 'vp8',
        offsetUs: made[0]?.captureTimeUs ?? 0,
      });
    }
  }
  return { segments, parts };
}

async function encode(frames: readonly SessionFrame[]): Promise<Blob> {
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const source = new VideoSampleSource({
    codec: 'vp8',
    quality: new Quality('medium'),
    keyFrameInterval: 2,
    latencyMode: 'realtime',
  });
  output.addVideoTrack(source);
  await output.start();
  const canvas = new OffscreenCanvas(640, 360);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('Expected a 2D context, got none');
  const startUs = frames[0]?.captureTimeUs ?? 0;
  for (const frame of frames) {
    draw(context, frame);
    const timestamp = (frame.captureTimeUs - startUs) / 1e6;
    const sample = new VideoSample(canvas, { timestamp, duration: 0.05 });
    await source.add(sample);
    sample.close();
  }
  await output.finalize();
  if (!target.buffer) throw new Error('Expected bytes, got none');
  return new Blob([target.buffer], { type: 'video/webm' });
}

function draw(context: OffscreenCanvasRenderingContext2D, { boxes }: SessionFrame): void {
  const { width, height } = context.canvas;
  context.fillStyle = '#7d8a86';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#596460';
  context.fillRect(0, height * 0.3, width, height * 0.6);
  for (const { box, trackId } of boxes) {
    context.fillStyle = IDENTITY_COLORS[trackId % IDENTITY_COLORS.length] ?? '#ffffff';
    const inset = (box.x2 - box.x1) * 0.08;
    context.fillRect(
      box.x1 + inset,
      box.y1 + inset,
      box.x2 - box.x1 - 2 * inset,
      box.y2 - box.y1 - 2 * inset,
    );
  }
}
