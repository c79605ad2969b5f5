/* The app's own service worker, of a build without files. */
import './no-build-files';
import '../../../workers/service-worker';
