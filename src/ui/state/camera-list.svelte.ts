import type { AnalysisController } from '../../contracts/app';
import type { CameraDevice } from '../../contracts/source';

/** The cameras to choose from. Labels come once the camera was allowed. */
export class CameraList {
  cameras = $state.raw<readonly CameraDevice[]>([]);

  readonly #controller: Pick<AnalysisController, 'listCameras'>;

  constructor(controller: Pick<AnalysisController, 'listCameras'>) {
    this.#controller = controller;
  }

  async refresh(): Promise<void> {
    try {
      this.cameras = await this.#controller.listCameras();
    } catch {
      // No cameras to choose from; starting one says exactly what is wrong.
      this.cameras = [];
    }
  }

  /** For people: the label, or a number while labels are hidden. */
  titleOf(camera: CameraDevice): string {
    return camera.label || `Camera ${this.cameras.indexOf(camera) + 1}`;
  }
}
