import { expose, transfer } from 'comlink';
import type { StreetApi, StreetFrame } from '../src/contracts/street';
import { installErrorTransfer } from '../src/runtime/rpc-errors';
import { StreetStage } from '../src/street/street-stage';

/* Draws the Demo street. The only thread, and the only script, that knows the 3D library. */

installErrorTransfer();

const stage = new StreetStage();

/** The picture moves to the page: this thread must not keep one open. */
async function moved(drawing: Promise<StreetFrame>): Promise<StreetFrame> {
  const frame = await drawing;
  return transfer(frame, [frame.image]);
}

const api: StreetApi = {
  open: (plan) => stage.open(plan),
  frame: (request) => moved(stage.frame(request)),
  still: (request) => moved(stage.still(request)),
};

expose(api);
