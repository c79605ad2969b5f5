import type { Settings, Unsubscribe } from '../contracts/app';
import type { SessionsClient } from '../contracts/session';
import type { SessionFilesClient } from '../contracts/export';
import type { ModelShelf } from '../contracts/shelf';
import type { CameraDevice, FrameSource } from '../contracts/source';
import type { StreetChoice } from '../contracts/street';
import type { BackendSelector } from './backend-selector';
import type { Engine } from './engine';
import type { IdentityClient } from './identity-client';
import type { ModelCatalogue } from './model-catalogue';
import type { PerceptionClient } from './perception-client';
import type { Recognition } from './recognition';
import type { RunRecorder } from './recording';
import type { SessionAnalysis } from './session-analysis';
import type { SettingsKeeper } from './settings-keeper';
import type { EndpointSync } from './sync-client';

/** Everything the controller works with; `main.ts` makes it. */
export interface ControllerParts {
  readonly settings: SettingsKeeper;
  readonly perception: PerceptionClient;
  readonly identity: IdentityClient;
  readonly selector: BackendSelector;
  readonly engine: Engine;
  readonly catalogue: ModelCatalogue;
  readonly shelf: ModelShelf;
  readonly recognition: Recognition;
  readonly sessions: SessionsClient;
  readonly sessionFiles: SessionFilesClient;
  readonly recording: RunRecorder;
  readonly sync: EndpointSync;
  readonly sessionAnalysis: SessionAnalysis;
  /** `previous`: the camera to open again, which must not become another one; null: as the settings say. */
  createCameraSource(settings: Settings, previous: FrameSource | null): Promise<FrameSource>;
  createFileSource(file: File): Promise<FrameSource>;
  createStreetSource(choice: StreetChoice): Promise<FrameSource>;
  listCameras(): Promise<readonly CameraDevice[]>;
  onCamerasChanged(listener: () => void): Unsubscribe;
}
