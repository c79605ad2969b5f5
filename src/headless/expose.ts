import { HEADLESS_FILES_ID, type HeadlessApi } from '../contracts/headless';
import { analyzeStreet } from './analyze-street';
import { analyzeVideo } from './analyze-video';
import { benchPipeline } from './bench-pipeline';
import { benchRecording } from './bench-recording';
import { benchScreen } from './bench-screen';
import { detectFrames } from './detect-frames';
import { ImageFiles } from './image-files';
import { measureModel } from './measure-model';
import type { HeadlessServices } from './services';
import { StreetStills } from './street-stills';
import { timeStreet } from './time-street';

/** Puts {@link HeadlessApi} and its file input on the page. */
export function exposeHeadless(services: HeadlessServices): void {
  const input = document.createElement('input');
  input.id = HEADLESS_FILES_ID;
  input.type = 'file';
  input.multiple = true;
  // The screen, where there is one, is laid out as without it.
  input.hidden = true;
  document.body.append(input);
  const fileAt = (index: number): File => {
    const file = input.files?.[index];
    if (!file) throw new RangeError(`Expected a file with index ${index}, found none`);
    return file;
  };
  const stills = new StreetStills(services);
  const images = new ImageFiles(services, fileAt);
  const { sync, sessions, sessionFiles, recognition } = services.controller;
  const api: HeadlessApi = {
    sync,
    sessions,
    recognition,
    importSession: async (index) => {
      const { signal } = new AbortController();
      return (await sessionFiles.import([fileAt(index)], () => undefined, signal)).sessionId;
    },
    analyze: (index) => analyzeVideo(services, fileAt(index)),
    analyzeStreet: (choice) => analyzeStreet(services, choice),
    timeStreet: (plan, frames) => timeStreet(services, plan, frames),
    openStills: (plan) => stills.open(plan),
    detectStill: (request, wantsPng) => stills.detect(request, wantsPng),
    cropStill: (request) => stills.crop(request),
    drawSheet: (plan) => stills.sheet(plan),
    detect: (index, frameIndices) => detectFrames(services, fileAt(index), frameIndices),
    embedImages: (manifest, indices) => images.embed(manifest, indices),
    decodeImages: (indices) => images.decode(indices),
    measureModel: (measurement) => measureModel(services, measurement),
    ledger: () => services.parts.perception.ledger(),
    benchPipeline: (index, roundCount) => benchPipeline(services, fileAt(index), roundCount),
    benchScreen: (index, seconds) => benchScreen(services, fileAt(index), seconds),
    benchRecording: (index) => benchRecording(services, fileAt(index)),
  };
  window.resight = api;
}
