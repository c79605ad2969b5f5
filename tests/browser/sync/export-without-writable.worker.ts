/* The app's own worker, in a browser whose private files have no streams, as Safari before 26. */
import './remove-writable';
import '../../../workers/export.worker';
