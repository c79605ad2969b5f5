import type { AnalysisController, RunState, Unsubscribe } from '../../contracts/app';
import type { CameraDevice } from '../../contracts/source';

type CameraSide = Pick<
  AnalysisController,
  'status' | 'listCameras' | 'onCamerasChanged' | 'onStatus'
>;

/** The cameras to choose from, kept up as they come and go. Labels come once the camera was allowed. */
export class CameraList {
  cameras = $state.raw<readonly CameraDevice[]>([]);

  readonly #controller: CameraSide;
  readonly #unsubscribers: Unsubscribe[];
  #runState: RunState;
  #readCount = 0;

  constructor(controller: CameraSide) {
    this.#controller = controller;
    this.#runState = controller.status.state;
    this.#unsubscribers = [
      controller.onCamerasChanged(() => void this.refresh()),
      controller.onStatus(({ state, source }) => {
        const hasBegun = state === 'running' && this.#runState === 'preparing';
        this.#runState = state;
        // Permission was given by now: labels are known, and no browser event says so.
        if (hasBegun && source?.pace === 'live') void this.refresh();
      }),
    ];
  }

  /** Reads the list; of several readings under way the last one counts. */
  async refresh(): Promise<void> {
    this.#readCount += 1;
    const reading = this.#readCount;
    // No cameras to choose from when it fails; starting one says exactly what is wrong.
    const cameras = await this.#controller.listCameras().catch(() => []);
    if (reading === this.#readCount) this.cameras = cameras;
  }

  /** For people: the label, or a number while labels are hidden. */
  titleOf(camera: CameraDevice): string {
    return camera.label || `Camera ${this.cameras.indexOf(camera) + 1}`;
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
  }
}
