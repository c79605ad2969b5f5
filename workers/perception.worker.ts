import { expose, transfer, wrap } from 'comlink';
import type { CropSinkApi, FrameResult, PerceptionApi } from '../src/contracts/worker-api';
import { installErrorTransfer } from '../src/runtime/rpc-errors';
import { openDetector } from '../src/stages/detect/open-detector';
import type { CropSink } from '../src/stages/perception/crop-courier';
import { PerceptionStage } from '../src/stages/perception/perception-stage';

/* Frame -> detection -> track -> crop, off the page. */

/** Chromium keeps it to windows; the type library has it nowhere. */
declare const MediaStreamTrackProcessor: new (init: {
  track: MediaStreamTrack;
  maxBufferSize?: number;
}) => { readonly readable: ReadableStream<VideoFrame> };

installErrorTransfer();

const stage = new PerceptionStage(openDetector);
let identityPort: MessagePort | null = null;

/** A result that cannot be told: the page is gone or is ending this worker, and takes no more of them. */
const ignoreLostPage = (): void => undefined;

/** The identity worker behind its port. */
function sinkBehind(port: MessagePort): CropSink {
  const remote = wrap<CropSinkApi>(port);
  return {
    startRun: (run) => void remote.startRun(run).catch(ignoreLostPage),
    submit: (crop) => remote.submit(transfer(crop, [crop.image])),
    tracksUpdated: (update) => void remote.tracksUpdated(update).catch(ignoreLostPage),
    endRun: (ended) => remote.endRun(ended),
  };
}

/** comlink makes the page's callback answer with a promise, which its type does not show. */
function teller(onResult: (result: FrameResult) => unknown): (result: FrameResult) => void {
  return (result) => void Promise.resolve(onResult(result)).catch(ignoreLostPage);
}

const api: PerceptionApi = {
  configure: (config) => stage.configure(config),
  setOptions: (options) => {
    stage.setOptions(options);
  },
  connectIdentity: (port) => {
    stage.connectIdentity(sinkBehind(port));
    identityPort?.close();
    identityPort = port;
  },
  setMasks: (masks) => {
    stage.setMasks(masks);
  },
  setBlur: (blur) => {
    stage.setBlur(blur);
  },
  connectRecorder: (tap) => {
    stage.connectRecorder(tap);
  },
  startRun: (run) => {
    stage.startRun(run);
  },
  analyzeStream: (readable, onResult) => stage.analyzeStream(readable, teller(onResult)),
  analyzeTrack: (track, onResult) => {
    const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
    return stage.analyzeStream(readable, teller(onResult));
  },
  analyzeFrame: (image, meta) => stage.analyzeFrame(image, meta),
  setPaused: (isPaused) => {
    stage.setPaused(isPaused);
  },
  stopRun: (epoch) => stage.stopRun(epoch),
  ledger: () => stage.ledger(),
  timeInference: (widthPx, heightPx, count) => stage.timeInference(widthPx, heightPx, count),
};

expose(api);
