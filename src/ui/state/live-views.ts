import type { TrackIdentity } from '../../contracts/match';
import type { TrackId } from '../../contracts/track';

/** A place on the page, CSS pixels from the top left corner of the window. */
export interface ScreenBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A followed vehicle that is on screen. */
export interface LiveSight {
  readonly trackId: TrackId;
  /** Null before it has a number. */
  readonly identity: TrackIdentity | null;
  /** Hidden at this moment; its place is a guess. */
  readonly isLost: boolean;
  /** The camera that shows it; null where the run has only one. */
  readonly cameraLabel: string | null;
  readonly box: ScreenBox;
  /** Null where there was no room for a label, or labels are off. */
  readonly label: ScreenBox | null;
}

/** One camera's picture on the page. */
export interface LivePicture {
  /** Vehicles in this picture, as painted last. */
  sights(): readonly LiveSight[];
  /** A picture of a vehicle as it is on screen now, at most `sidePx` long; null when it cannot be had. */
  snapshot(trackId: TrackId, sidePx: number): Promise<ImageBitmap | null>;
}

/** All pictures on the page, for what concerns any of them. Track ids are unique over the whole run. */
export class LiveViews {
  readonly #views = new Set<LivePicture>();
  readonly #onEmpty: () => void;

  /** `onEmpty` is told when the last picture has gone. */
  constructor(onEmpty: () => void = () => undefined) {
    this.#onEmpty = onEmpty;
  }

  /** Adds a picture until the returned function is called; for an effect. */
  add(view: LivePicture): () => void {
    this.#views.add(view);
    return () => {
      this.#views.delete(view);
      if (this.#views.size === 0) this.#onEmpty();
    };
  }

  sights(): readonly LiveSight[] {
    return [...this.#views].flatMap((view) => view.sights());
  }

  sightOf(trackId: TrackId): LiveSight | null {
    return this.sights().find((sight) => sight.trackId === trackId) ?? null;
  }

  /** From whichever picture has the vehicle; null when none has. */
  async snapshot(trackId: TrackId, sidePx: number): Promise<ImageBitmap | null> {
    for (const view of this.#views) {
      const image = await view.snapshot(trackId, sidePx);
      if (image) return image;
    }
    return null;
  }
}

/** Where a part of a vehicle is on the page; a label for which there was no room is taken for its box. */
export function placeOf({ box, label }: LiveSight, part: 'box' | 'label' | 'whole'): ScreenBox {
  if (!label || part === 'box') return box;
  return part === 'label' ? label : around(box, label);
}

/** The smallest box that holds two. */
function around(a: ScreenBox, b: ScreenBox): ScreenBox {
  const left = Math.min(a.left, b.left);
  const top = Math.min(a.top, b.top);
  return {
    left,
    top,
    width: Math.max(a.left + a.width, b.left + b.width) - left,
    height: Math.max(a.top + a.height, b.top + b.height) - top,
  };
}
