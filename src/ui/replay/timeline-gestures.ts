/** What a hand on the timeline asks for; places in CSS pixels from its left edge. */
export interface TimelineGestures {
  /** A press that moves, or will. */
  scrub(x: number): void;
  /** A press that ended where it began. */
  tap(x: number, y: number): void;
  /** `factor` above 1 shows less, at a larger scale. */
  zoom(factor: number, x: number): void;
  pan(byPx: number): void;
}

/** A press that moves less is a tap, CSS pixels. */
const TAP_PX = 5;
/** What one step of a mouse wheel zooms by: five steps are a factor of about three. */
const WHEEL_ZOOM = 0.0022;
/** A wheel that counts in lines, not pixels. */
const LINE_PX = 16;

interface Pointer {
  readonly startX: number;
  x: number;
  y: number;
  hasMoved: boolean;
}

/**
 * Reads pointers and wheel: one pointer scrubs, or taps; two zoom and pan; the wheel zooms, sideways or with Shift it pans.
 * For an attachment; the returned function ends it.
 */
export function followGestures(element: HTMLElement, gestures: TimelineGestures): () => void {
  const pointers = new Map<number, Pointer>();
  const abort = new AbortController();
  const { signal } = abort;
  const placeOf = ({
    clientX,
    clientY,
  }: MouseEvent): { readonly x: number; readonly y: number } => {
    const bounds = element.getBoundingClientRect();
    return { x: clientX - bounds.left, y: clientY - bounds.top };
  };
  let wasPinched = false;

  const press = (event: PointerEvent): void => {
    const isOnButton = event.target instanceof Element && event.target.closest('button') !== null;
    if (event.button !== 0 || isOnButton) return;
    element.setPointerCapture(event.pointerId);
    const { x, y } = placeOf(event);
    pointers.set(event.pointerId, { startX: x, x, y, hasMoved: false });
    wasPinched = pointers.size > 1;
  };
  const move = (event: PointerEvent): void => {
    const pointer = pointers.get(event.pointerId);
    if (!pointer) return;
    const { x, y } = placeOf(event);
    if (pointers.size === 2) pinch(pointer, x);
    else if (!wasPinched && (pointer.hasMoved || Math.abs(x - pointer.startX) > TAP_PX)) {
      pointer.hasMoved = true;
      gestures.scrub(x);
    }
    pointer.x = x;
    pointer.y = y;
  };
  const pinch = (pointer: Pointer, x: number): void => {
    const other = [...pointers.values()].find((each) => each !== pointer);
    if (!other) return;
    const before = Math.max(1, Math.abs(pointer.x - other.x));
    const after = Math.max(1, Math.abs(x - other.x));
    gestures.zoom(after / before, other.x);
  };
  const release = (event: PointerEvent): void => {
    const pointer = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    if (!pointer || wasPinched || event.type === 'pointercancel') return;
    if (pointer.hasMoved) gestures.scrub(pointer.x);
    else gestures.tap(pointer.x, pointer.y);
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (isSideways) gestures.pan((event.deltaX || event.deltaY) * unit);
    else gestures.zoom(Math.exp(-event.deltaY * unit * WHEEL_ZOOM), placeOf(event).x);
  };

  element.addEventListener('pointerdown', press, { signal });
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('pointerup', release, { signal });
  element.addEventListener('pointercancel', release, { signal });
  element.addEventListener('wheel', wheel, { signal, passive: false });
  return () => abort.abort();
}
