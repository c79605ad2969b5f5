/* The app's own worker, whose network is a fake. */
import './fake-endpoint';
import '../../../workers/sync.worker';
