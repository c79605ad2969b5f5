import { ATLAS_REGIONS, type PanelFrame, type PanelName } from './atlas';

/** Draws on one panel of the atlas in metres. Coordinates are the panel's own; see `panelFrames`. */
export class PanelPainter {
  readonly frame: PanelFrame;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #panel: PanelName;

  constructor(context: OffscreenCanvasRenderingContext2D, panel: PanelName, frame: PanelFrame) {
    this.#context = context;
    this.#panel = panel;
    this.frame = frame;
  }

  /** All of it in one colour. */
  fill(colour: string): void {
    const { xPx, yPx, widthPx, heightPx } = ATLAS_REGIONS[this.#panel];
    this.#clipped((context) => {
      context.fillStyle = colour;
      context.fillRect(xPx, yPx, widthPx, heightPx);
    });
  }

  /** A rectangle around a middle, with rounded corners. */
  rect(
    along: number,
    up: number,
    lengthM: number,
    heightM: number,
    colour: string,
    radiusM = 0.02,
  ): void {
    this.#clipped((context) => {
      const width = Math.abs(this.#scaleX) * lengthM;
      const height = Math.abs(this.#scaleY) * heightM;
      const radius = Math.min(radiusM * Math.abs(this.#scaleX), width / 2, height / 2);
      context.fillStyle = colour;
      context.beginPath();
      context.roundRect(
        this.#x(along) - width / 2,
        this.#y(up) - height / 2,
        width,
        height,
        radius,
      );
      context.fill();
    });
  }

  /** The same rectangle at `along` and `-along`. */
  pair(
    along: number,
    up: number,
    lengthM: number,
    heightM: number,
    colour: string,
    radiusM?: number,
  ): void {
    this.rect(along, up, lengthM, heightM, colour, radiusM);
    this.rect(-along, up, lengthM, heightM, colour, radiusM);
  }

  /** A filled shape through these corners. */
  polygon(corners: readonly (readonly [along: number, up: number])[], colour: string): void {
    this.#clipped((context) => {
      context.fillStyle = colour;
      context.beginPath();
      for (const [along, up] of corners) context.lineTo(this.#x(along), this.#y(up));
      context.fill();
    });
  }

  /** A line through these points; at least a pixel wide, so that a door gap never vanishes. */
  line(
    points: readonly (readonly [along: number, up: number])[],
    widthM: number,
    colour: string,
  ): void {
    this.#clipped((context) => {
      context.strokeStyle = colour;
      context.lineWidth = Math.max(1.1, widthM * Math.abs(this.#scaleX));
      context.lineJoin = 'round';
      context.beginPath();
      for (const [along, up] of points) context.lineTo(this.#x(along), this.#y(up));
      context.stroke();
    });
  }

  ellipse(
    along: number,
    up: number,
    radiusAlongM: number,
    radiusUpM: number,
    colour: string,
  ): void {
    this.#clipped((context) => {
      context.fillStyle = colour;
      context.beginPath();
      context.ellipse(
        this.#x(along),
        this.#y(up),
        radiusAlongM * Math.abs(this.#scaleX),
        radiusUpM * Math.abs(this.#scaleY),
        0,
        0,
        Math.PI * 2,
      );
      context.fill();
    });
  }

  /** A soft round blotch. */
  blotch(along: number, up: number, radiusM: number, colour: string): void {
    this.#clipped((context) => {
      const radius = radiusM * Math.abs(this.#scaleX);
      const x = this.#x(along);
      const y = this.#y(up);
      const glow = context.createRadialGradient(x, y, 0, x, y, radius);
      glow.addColorStop(0, colour);
      glow.addColorStop(1, 'rgba(0,0,0,0)');
      context.fillStyle = glow;
      context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    });
  }

  /** A band over the whole length whose colour fades from one height to another. */
  fade(fromUp: number, toUp: number, from: string, to: string): void {
    const { xPx, widthPx } = ATLAS_REGIONS[this.#panel];
    this.#clipped((context) => {
      const y0 = this.#y(fromUp);
      const y1 = this.#y(toUp);
      const gradient = context.createLinearGradient(0, y0, 0, y1);
      gradient.addColorStop(0, from);
      gradient.addColorStop(1, to);
      context.fillStyle = gradient;
      context.fillRect(xPx, Math.min(y0, y1), widthPx, Math.abs(y1 - y0));
    });
  }

  /** One line of text around a middle, at most `lengthM` long. */
  text(
    along: number,
    up: number,
    heightM: number,
    lengthM: number,
    words: string,
    colour: string,
    font = 'bold',
  ): void {
    this.#clipped((context) => {
      context.fillStyle = colour;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      // Drawn at 32 px and scaled: the panel's two axes have different scales.
      context.font = `${font} 32px sans-serif`;
      context.translate(this.#x(along), this.#y(up));
      const scaleY = (heightM * Math.abs(this.#scaleY)) / 24;
      const natural = context.measureText(words).width;
      const wanted = lengthM * Math.abs(this.#scaleX);
      const usual = natural * ((heightM * Math.abs(this.#scaleX)) / 24);
      context.scale(Math.min(wanted, usual) / Math.max(1, natural), scaleY);
      context.fillText(words, 0, 2);
    });
  }

  get #scaleX(): number {
    return ATLAS_REGIONS[this.#panel].widthPx / (this.frame.right - this.frame.left);
  }

  get #scaleY(): number {
    return ATLAS_REGIONS[this.#panel].heightPx / (this.frame.top - this.frame.bottom);
  }

  #x(along: number): number {
    return ATLAS_REGIONS[this.#panel].xPx + (along - this.frame.left) * this.#scaleX;
  }

  #y(up: number): number {
    return ATLAS_REGIONS[this.#panel].yPx + (this.frame.top - up) * this.#scaleY;
  }

  #clipped(draw: (context: OffscreenCanvasRenderingContext2D) => void): void {
    const { xPx, yPx, widthPx, heightPx } = ATLAS_REGIONS[this.#panel];
    const context = this.#context;
    context.save();
    context.beginPath();
    context.rect(xPx, yPx, widthPx, heightPx);
    context.clip();
    draw(context);
    context.restore();
  }
}
