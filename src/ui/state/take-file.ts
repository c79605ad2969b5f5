import type { AppState } from './app-state.svelte';

/** Takes a file that was dropped somewhere: a model goes to the Models page, a session to the Sessions page, anything else is a video. */
export function takeFile(app: AppState, file: File): void {
  if (app.dialog === 'models' || /\.onnx$/i.test(file.name)) {
    app.models.offered = file;
    app.dialog = 'models';
    return;
  }
  if (app.dialog === 'sessions' || /\.(zip|jsonl)$/i.test(file.name)) {
    app.offeredSession = file;
    app.dialog = 'sessions';
    return;
  }
  app.closeDialog();
  void app.run.openVideo(file);
}
