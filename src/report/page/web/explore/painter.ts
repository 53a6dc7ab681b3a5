// A scene and a camera in, a picture on a canvas out. Painting can pause: a large scene must not hold up a drag.

import type { Repo } from "../data/repo";
import type { Camera } from "./camera";
import { toneOf, type Ink } from "./ink";
import { HEAD, ROW, type Card, type Line, type Scene } from "./scene";

/** What stands out of the rest. */
export interface Emphasis {
  /** Cards and lines on the way of what is picked; nothing, where nothing is. */
  cards?: ReadonlySet<number>;
  lines?: ReadonlySet<number>;
  picked?: number;
  hovered?: number;
  hoveredRow?: number;
}

export interface Job {
  repo: Repo;
  scene: Scene;
  camera: Camera;
  ink: Ink;
  emphasis: Emphasis;
}

/** More lines than this are a fog: only those of what is picked are drawn then. */
const MOST_LINES = 1200;

/** Below these zooms, rows and then names are too small to read. */
const ROWS_FROM = 0.42;
const NAMES_FROM = 0.2;

export function* paint(context: CanvasRenderingContext2D, job: Job): Generator<void> {
  const { camera, ink, scene } = job;
  context.fillStyle = ink.bg;
  context.fillRect(0, 0, camera.width, camera.height);
  if (scene.lines.length <= MOST_LINES) yield* paintLines(context, job, false);
  if (job.emphasis.lines) yield* paintLines(context, job, true);
  const seen = camera.seen();
  for (let at = 0; at < scene.cards.length; at++) {
    const one = scene.cards[at]!;
    const out = one.x + one.w / 2 < seen.left || one.x - one.w / 2 > seen.right || one.y + one.h / 2 < seen.top || one.y - one.h / 2 > seen.bottom;
    if (out) continue;
    paintCard(context, job, one, at);
    if (at % 40 === 39) yield;
  }
}

/** Where a line leaves or meets a card: the middle of its row, or of its head. */
export function port(one: Card, row: number, side: -1 | 1): [number, number] {
  const top = one.y - one.h / 2;
  return [one.x + (side * one.w) / 2, row < 0 ? top + HEAD / 2 : top + HEAD + (row + 0.5) * ROW];
}

function* paintLines(context: CanvasRenderingContext2D, job: Job, strong: boolean): Generator<void> {
  const { scene, camera, emphasis, ink } = job;
  const crowd = Math.min(1, Math.max(0.3, (3 * scene.cards.length) / (scene.lines.length || 1)));
  context.strokeStyle = strong ? ink.accent : ink.edge;
  context.globalAlpha = strong ? 1 : emphasis.lines ? crowd * 0.4 : crowd;
  const seen = camera.seen();
  for (const kind of KINDS) {
    context.lineWidth = strong ? Math.max(2, kind.width) : kind.width;
    context.setLineDash(kind.dash);
    let count = 0;
    context.beginPath();
    for (let at = 0; at < scene.lines.length; at++) {
      const line = scene.lines[at]!;
      if (kindOf(line) !== kind || (strong && !emphasis.lines!.has(at)) || !crosses(scene, line, seen)) continue;
      trail(context, camera, scene, line);
      if (++count % 60 === 0) {
        context.stroke();
        context.beginPath();
        yield;
      }
    }
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** The more reads a line stands for, the wider it is; what only decides rows is dashed. */
const KINDS = [
  { width: 1.2, dash: [] },
  { width: 1.9, dash: [] },
  { width: 2.8, dash: [] },
  { width: 1.2, dash: [4, 4] },
];

function kindOf({ faint, weight, fromRow }: Line): (typeof KINDS)[number] {
  if (faint) return KINDS[3]!;
  return KINDS[fromRow >= 0 || weight < 5 ? 0 : weight < 40 ? 1 : 2]!;
}

function crosses({ cards }: Scene, line: Line, seen: { left: number; top: number; right: number; bottom: number }): boolean {
  const [from, to] = [cards[line.from]!, cards[line.to]!];
  const [left, right] = from.x < to.x ? [from, to] : [to, from];
  if (right.x + right.w < seen.left || left.x - left.w > seen.right) return false;
  const bends = line.bends ?? [];
  const top = Math.min(from.y - from.h / 2, to.y - to.h / 2, ...bends.map((bend) => bend.y));
  const bottom = Math.max(from.y + from.h / 2, to.y + to.h / 2, ...bends.map((bend) => bend.y));
  return bottom >= seen.top && top <= seen.bottom;
}

/** The points a line goes through, in the picture. */
export function pointsOf({ cards }: Scene, line: Line): [number, number][] {
  const start = port(cards[line.from]!, line.fromRow, 1);
  const end = port(cards[line.to]!, line.toRow, -1);
  return [start, ...(line.bends ?? []).map(({ x, y }): [number, number] => [x, y]), end];
}

function trail(context: CanvasRenderingContext2D, camera: Camera, scene: Scene, line: Line): void {
  const points = pointsOf(scene, line).map(([x, y]) => camera.toView(x, y));
  let [x, y] = points[0]!;
  context.moveTo(x, y);
  for (const [nextX, nextY] of points.slice(1)) {
    const reach = nextX > x ? (nextX - x) / 2 : Math.max(30 * camera.zoom, (x - nextX) / 3);
    context.bezierCurveTo(x + reach, y, nextX - reach, nextY, nextX, nextY);
    [x, y] = [nextX, nextY];
  }
}

function paintCard(context: CanvasRenderingContext2D, job: Job, one: Card, at: number): void {
  const { camera, ink, emphasis, repo } = job;
  const { zoom } = camera;
  const [x, y] = camera.toView(one.x - one.w / 2, one.y - one.h / 2);
  const [w, h] = [one.w * zoom, one.h * zoom];
  const tone = toneOf(repo, one, ink);
  context.globalAlpha = emphasis.cards && !emphasis.cards.has(at) ? 0.38 : 1;
  if (zoom < 0.09) {
    context.fillStyle = tone;
    context.fillRect(x, y, Math.max(1, w), Math.max(1, h));
    context.globalAlpha = 1;
    return;
  }
  const round = Math.min(8 * zoom, 8);
  const picked = emphasis.picked === at;
  if (one.members) paintStack(context, ink, x, y, w, h, round, zoom);
  context.fillStyle = ink.card;
  context.strokeStyle = picked || one.focus ? ink.accent : emphasis.hovered === at ? ink.soft : ink.edge;
  context.lineWidth = picked ? 2.5 : one.focus ? 1.75 : 1;
  context.beginPath();
  context.roundRect(x, y, w, h, round);
  context.fill();
  context.stroke();
  context.fillStyle = tone;
  context.beginPath();
  context.roundRect(x, y, Math.max(1.5, 4 * zoom), h, [round, 0, 0, round]);
  context.fill();
  if (zoom >= NAMES_FROM) paintWords(context, job, one, x, y, at);
  else {
    context.fillStyle = ink.faint;
    context.fillRect(x + 10 * zoom, y + 14 * zoom, Math.min(w * 0.6, one.title.length * 6 * zoom), Math.max(1, 7 * zoom));
  }
  context.globalAlpha = 1;
}

/** A second and third card that show behind a group. */
function paintStack(context: CanvasRenderingContext2D, ink: Ink, x: number, y: number, w: number, h: number, round: number, zoom: number): void {
  context.strokeStyle = ink.edge;
  context.fillStyle = ink.bg;
  context.lineWidth = 1;
  for (const shift of [6, 3]) {
    context.beginPath();
    context.roundRect(x + shift * zoom, y + shift * zoom, w, h, round);
    context.fill();
    context.stroke();
  }
}

function paintWords(context: CanvasRenderingContext2D, job: Job, one: Card, x: number, y: number, at: number): void {
  const { camera, ink, emphasis } = job;
  const { zoom } = camera;
  const px = (size: number) => `${(size * zoom).toFixed(2)}px`;
  const room = (one.w - 30) * zoom;
  context.textBaseline = "middle";
  context.fillStyle = ink.ink;
  context.font = `600 ${px(13)} ${ink.sans}`;
  context.fillText(clip(context, one.title, room), x + 15 * zoom, y + 16 * zoom);
  if (zoom > 0.32) {
    context.fillStyle = ink.soft;
    context.font = `400 ${px(11)} ${ink.sans}`;
    context.fillText(clip(context, one.note, room), x + 15 * zoom, y + 32 * zoom);
  }
  if (one.rows.length && zoom >= ROWS_FROM) paintRows(context, job, one, x, y, emphasis.hovered === at ? emphasis.hoveredRow : undefined);
  if (zoom > 0.5) paintHidden(context, job, one);
}

function paintRows(context: CanvasRenderingContext2D, { camera, ink, repo }: Job, one: Card, x: number, y: number, hovered?: number): void {
  const { zoom } = camera;
  const px = (size: number) => `${(size * zoom).toFixed(2)}px`;
  context.strokeStyle = ink.edge;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x + 4 * zoom, y + HEAD * zoom);
  context.lineTo(x + one.w * zoom, y + HEAD * zoom);
  context.stroke();
  one.rows.forEach((row, number) => {
    const top = y + (HEAD + number * ROW) * zoom;
    const middle = top + (ROW / 2 + 1) * zoom;
    if (row.focus || hovered === number) {
      context.fillStyle = row.focus ? ink.accent : ink.wash;
      const alpha = context.globalAlpha;
      if (row.focus) context.globalAlpha = alpha * 0.16;
      context.fillRect(x + 4.5 * zoom, top + 1, (one.w - 5) * zoom, ROW * zoom);
      context.globalAlpha = alpha;
    }
    context.font = `400 ${px(10.5)} ${ink.mono}`;
    context.fillStyle = ink.faint;
    const type = clip(context, repo.columnField(row.column, "type").toLowerCase(), one.w * 0.36 * zoom);
    context.textAlign = "right";
    context.fillText(type, x + (one.w - 10) * zoom, middle);
    const used = context.measureText(type).width;
    context.textAlign = "left";
    context.font = `${row.focus ? 600 : 400} ${px(12)} ${ink.sans}`;
    context.fillStyle = ink.ink;
    context.fillText(clip(context, repo.columnName(row.column), (one.w - 34) * zoom - used), x + 15 * zoom, middle);
  });
  if (one.more > 0) {
    context.font = `400 ${px(11)} ${ink.sans}`;
    context.fillStyle = hovered === one.rows.length ? ink.accent : ink.soft;
    context.fillText(`${one.more} more`, x + 15 * zoom, y + (HEAD + (one.rows.length + 0.5) * ROW + 1) * zoom);
  }
}

/** Small signs of neighbours that are not shown: `+3`. */
function paintHidden(context: CanvasRenderingContext2D, { camera, ink }: Job, one: Card): void {
  for (const side of [-1, 1] as const) {
    const count = side < 0 ? one.hidden.up : one.hidden.down;
    if (!count) continue;
    const { x, y, w, h } = hiddenBox(one, side, count);
    const [left, top] = camera.toView(x, y);
    const { zoom } = camera;
    context.fillStyle = ink.wash;
    context.beginPath();
    context.roundRect(left, top, w * zoom, h * zoom, (h / 2) * zoom);
    context.fill();
    context.fillStyle = ink.soft;
    context.font = `500 ${(10.5 * zoom).toFixed(2)}px ${ink.sans}`;
    context.textAlign = "center";
    context.fillText(`+${count}`, left + (w / 2) * zoom, top + (h / 2 + 0.5) * zoom);
    context.textAlign = "left";
  }
}

export function hiddenBox(one: Card, side: -1 | 1, count: number): { x: number; y: number; w: number; h: number } {
  const w = 14 + String(count).length * 7;
  const x = side < 0 ? one.x - one.w / 2 - w - 5 : one.x + one.w / 2 + 5 + (one.members ? 6 : 0);
  return { x, y: one.y - one.h / 2 + HEAD / 2 - 9, w, h: 18 };
}

const clipped = new Map<string, string>();

/** A text, or as much of it as there is room for. */
function clip(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (text.length < 8 || !text) return text;
  const key = `${context.font}|${Math.round(room)}|${text}`;
  let short = clipped.get(key);
  if (short === undefined) {
    short = text;
    const width = context.measureText(text).width;
    if (width > room) {
      let end = Math.max(1, Math.floor((text.length * room) / width) - 1);
      while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > room) end--;
      short = `${text.slice(0, end)}…`;
    }
    if (clipped.size > 20000) clipped.clear();
    clipped.set(key, short);
  }
  return short;
}
