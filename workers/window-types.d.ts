/*
 * Names of windows that shared contracts mention and the worker library lacks. Nothing is known of them
 * here: a worker can only hand them on.
 */

interface MediaStreamTrack extends EventTarget {
  readonly kind: string;
}

interface MediaStream extends EventTarget {
  readonly id: string;
}
