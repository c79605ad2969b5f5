import type { AtlasExtent, AtlasPlacer, PanelName } from './atlas';
import { atlasPlacer } from './atlas';
import type { BodyShape, Span } from './body-shape';
import type { MeshBuilder, Slot, Vertex } from './mesh-builder';
import { PART_COLOURS } from './part-colours';
import { archRadiusM, ROOF_SHARES, shellSections, type SectionPoint } from './shell-section';

/** Stations closer than this would only make slivers, metres. */
const CLOSEST_STATIONS_M = 0.012;
/** Stations along a shell where nothing happens: a car's are 22 cm apart, a bus has straighter walls. */
const EVEN_STATION_COUNT = 20;
/** How far the middle of front and back bulges over their corners, metres. */
const FACE_BULGE_M = 0.09;

/** What of a vehicle its atlas shows. */
export function atlasExtent(shape: BodyShape): AtlasExtent {
  const at = shellSections(shape);
  const heights = (xM: number): readonly [number, number] => {
    const section = at(xM);
    return [section[1]?.yM ?? 0, section.at(-1)?.yM ?? 0];
  };
  return {
    lengthM: shape.lengthM,
    widthM: shape.widthM,
    heightM: shape.heightM,
    frontM: heights(shape.shellM[1]),
    // A lorry's back is its cargo's, from the lamps up.
    backM: shape.face === 'lorry' ? [0.5, shape.heightM] : heights(shape.shellM[0]),
  };
}

/** Adds the shell: body, windows, front and back face. */
export function loftShell(shape: BodyShape, builder: MeshBuilder): void {
  const place = atlasPlacer(atlasExtent(shape));
  const sections = stationsOf(shape).map(shellSections(shape));
  for (const side of [1, -1] as const) {
    for (let index = 0; index + 1 < sections.length; index += 1) {
      const behind = sections[index];
      const ahead = sections[index + 1];
      if (behind && ahead) loftStrip(shape, builder, place, behind, ahead, side);
    }
  }
  const [first, last] = [sections[0], sections.at(-1)];
  if (last) closeEnd(builder, place, last, 'front', shape);
  if (first && shape.face !== 'lorry') closeEnd(builder, place, first, 'back', shape);
  else if (first) closeEnd(builder, place, first, 'plain', shape);
}

function stationsOf(shape: BodyShape): readonly number[] {
  const [rear, front] = shape.shellM;
  const wanted: number[] = [];
  for (let step = 1; step < EVEN_STATION_COUNT; step += 1) {
    wanted.push(rear + ((front - rear) * step) / EVEN_STATION_COUNT);
  }
  for (const inset of [0.03, 0.08, 0.15, 0.25]) wanted.push(rear + inset, front - inset);
  const radius = archRadiusM(shape) * 0.9999;
  for (const axleM of shape.axlesM) {
    for (let step = 0; step <= 10; step += 1) {
      wanted.push(axleM + radius * Math.cos((Math.PI * step) / 10));
    }
  }
  const spans = [shape.windscreenM, shape.rearWindowM, ...shape.sideWindowsM];
  const kept = [rear, front];
  // What bounds a pane comes first: a mere step may not push it aside.
  for (const span of spans) if (span) kept.push(span[0], span[1]);
  for (const [xM] of shape.top) wanted.push(xM);
  for (const xM of wanted) {
    const isInside = xM > rear && xM < front;
    if (isInside && kept.every((other) => Math.abs(other - xM) > CLOSEST_STATIONS_M)) kept.push(xM);
  }
  return kept.sort((a, b) => a - b);
}

function loftStrip(
  shape: BodyShape,
  builder: MeshBuilder,
  place: AtlasPlacer,
  behind: readonly SectionPoint[],
  ahead: readonly SectionPoint[],
  side: 1 | -1,
): void {
  for (let row = 0; row + 1 < behind.length; row += 1) {
    const corners = [behind[row], ahead[row], ahead[row + 1], behind[row + 1]];
    const [a, b, c, d] = corners;
    if (!a || !b || !c || !d) continue;
    // Where there is no window zone its rows have no height.
    const tallest = Math.max(
      Math.hypot(d.yM - a.yM, d.zM - a.zM),
      Math.hypot(c.yM - b.yM, c.zM - b.zM),
    );
    if (tallest < 0.002) continue;
    const { slot, colour } = zoneOf(shape, (a.xM + b.xM) / 2, a, d);
    const panel: PanelName = d.row === 'roof' ? 'top' : side > 0 ? 'right' : 'left';
    const vertex = (point: SectionPoint): Vertex => {
      const zM = point.zM * side;
      const [u, v] =
        panel === 'top' ? place('top', point.xM, zM) : place(panel, point.xM, point.yM);
      return { xM: point.xM, yM: point.yM, zM, u, v };
    };
    const quad = [vertex(a), vertex(b), vertex(c), vertex(d)] as const;
    builder.quad(slot, side > 0 ? quad : [quad[3], quad[2], quad[1], quad[0]], colour);
  }
}

interface Zone {
  readonly slot: Slot;
  readonly colour?: number;
}

const DARK_TRIM: Zone = { slot: 'parts', colour: PART_COLOURS.trim };

function zoneOf(shape: BodyShape, xM: number, lower: SectionPoint, upper: SectionPoint): Zone {
  if (lower.row === 'under') return { slot: 'parts', colour: PART_COLOURS.dark };
  if (upper.row === 'flank') {
    const isTrim = lower.share === 0 || (shape.isClad && lower.share < 0.2);
    return isTrim ? DARK_TRIM : { slot: 'skin' };
  }
  if (upper.row === 'window') return windowZone(shape, xM, lower, upper);
  return isEndWindow(shape, xM, upper) ? { slot: 'glass' } : { slot: 'skin' };
}

/** Beside a roof: panes, the dark pillars between them, paint. */
function windowZone(shape: BodyShape, xM: number, lower: SectionPoint, upper: SectionPoint): Zone {
  if (upper.yM - lower.yM <= 0.004) return { slot: 'skin' };
  const isPane =
    lower.share > 0.05 && upper.share <= shape.glassTop + 0.01 && lower.row === 'window';
  if (isPane && shape.sideWindowsM.some((span) => isWithin(xM, span))) return { slot: 'glass' };
  const isFrame = shape.sideWindowsM.some(([from, to]) => isWithin(xM, [from - 0.07, to + 0.07]));
  return isFrame && upper.share < 0.95 ? DARK_TRIM : { slot: 'skin' };
}

function isEndWindow(
  { windscreenM, rearWindowM }: BodyShape,
  xM: number,
  { share }: SectionPoint,
): boolean {
  if (windscreenM !== null && isWithin(xM, windscreenM)) return share < 0.94;
  return rearWindowM !== null && isWithin(xM, rearWindowM) && share < 0.88;
}

function isWithin(xM: number, [from, to]: Span): boolean {
  return xM > from && xM < to;
}

/** A grid from the end's outline to its middle, bulging a little. */
function closeEnd(
  builder: MeshBuilder,
  place: AtlasPlacer,
  section: readonly SectionPoint[],
  end: 'front' | 'back' | 'plain',
  shape: BodyShape,
): void {
  const sign = end === 'front' ? 1 : -1;
  const flank = section.filter(({ row }) => row === 'flank' || row === 'window');
  const crown = section.filter(({ row }) => row === 'roof');
  const columns = [...ROOF_SHARES.map((share) => -share), ...ROOF_SHARES.slice(0, -1).reverse()];
  const bulge = FACE_BULGE_M * Math.max(0.4, shape.rounding);
  const vertex = (point: SectionPoint, zM: number, column: number, height: number): Vertex => {
    const rounded = (1 - column * column) * (0.4 + 0.6 * Math.sin(Math.PI * height));
    const xM = point.xM + sign * bulge * rounded;
    const [u, v] = end === 'plain' ? place('right', xM, point.yM) : place(end, zM, point.yM);
    return { xM, yM: point.yM, zM, u, v };
  };
  const grid = flank.map((point, index) =>
    columns.map((column) => vertex(point, point.zM * column, column, index / flank.length)),
  );
  const edge = flank.at(-1);
  grid.push(
    columns.map((column) => {
      const index = ROOF_SHARES.indexOf(Math.abs(column));
      const point = (index === 0 ? edge : crown[index - 1]) ?? section[0];
      if (!point) throw new RangeError('Expected a section with points, got none');
      return vertex(point, point.zM * Math.sign(column), column, 1);
    }),
  );
  for (let row = 0; row + 1 < grid.length; row += 1) {
    for (let column = 0; column + 1 < columns.length; column += 1) {
      const a = grid[row]?.[column];
      const b = grid[row]?.[column + 1];
      const c = grid[row + 1]?.[column + 1];
      const d = grid[row + 1]?.[column];
      if (!a || !b || !c || !d) continue;
      // The front's columns run to the right, seen from behind: anticlockwise from outside is up first.
      builder.quad('skin', sign > 0 ? [a, d, c, b] : [a, b, c, d]);
    }
  }
}
