/*
 * Names of windows that shared contracts mention and the worker library lacks. Nothing is known of them
 * here: a worker can only hand them on. The overlay draws on canvases of both kinds: a worker gives it those it has.
 */

interface MediaStreamTrack extends EventTarget {
  readonly kind: string;
}

interface MediaStream extends EventTarget {
  readonly id: string;
}

interface CanvasRenderingContext2D extends Omit<OffscreenCanvasRenderingContext2D, 'canvas'> {
  readonly canvas: HTMLCanvasElement;
}

interface HTMLCanvasElement extends EventTarget {
  width: number;
  height: number;
  getContext(contextId: '2d'): CanvasRenderingContext2D | null;
}
