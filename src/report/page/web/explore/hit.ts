// A point of the view in, what is drawn there out.

import type { Camera } from "./camera";
import { hiddenBox, pointsOf } from "./painter";
import { HEAD, ROW, type Card, type Scene } from "./scene";

export interface Hit {
  at: number;
  card: Card;
  /** The column below the point; the one behind the last is the line that tells of more. */
  row?: number;
  /** A sign of what is not shown. */
  more?: "up" | "down" | "columns";
}

export function cardAt(scene: Scene, camera: Camera, viewX: number, viewY: number): Hit | undefined {
  const [x, y] = camera.toPicture(viewX, viewY);
  for (let at = scene.cards.length - 1; at >= 0; at--) {
    const card = scene.cards[at]!;
    for (const side of [-1, 1] as const) {
      const count = side < 0 ? card.hidden.up : card.hidden.down;
      const box = count ? hiddenBox(card, side, count) : undefined;
      if (box && x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h) return { at, card, more: side < 0 ? "up" : "down" };
    }
    if (Math.abs(x - card.x) > card.w / 2 || Math.abs(y - card.y) > card.h / 2) continue;
    const row = Math.floor((y - (card.y - card.h / 2) - HEAD) / ROW);
    if (row < 0) return { at, card };
    if (row === card.rows.length && card.more > 0) return { at, card, row, more: "columns" };
    return row < card.rows.length ? { at, card, row } : { at, card };
  }
  return undefined;
}

/** More lines than this are not looked through for each move of a hand. */
const MOST_LINES = 600;

/** The number of the line below a point. */
export function lineAt(scene: Scene, camera: Camera, x: number, y: number): number | undefined {
  if (scene.lines.length > MOST_LINES) return undefined;
  const found = scene.lines.findIndex((line) => {
    const points = pointsOf(scene, line).map(([px, py]) => camera.toView(px, py));
    return points.slice(1).some((point, at) => nearCurve(points[at]!, point, x, y));
  });
  return found < 0 ? undefined : found;
}

/** Is a point within a finger's breadth of the curve that is drawn between two others? */
function nearCurve([x1, y1]: [number, number], [x2, y2]: [number, number], x: number, y: number): boolean {
  if (x < Math.min(x1, x2) - 8 || x > Math.max(x1, x2) + 8 || y < Math.min(y1, y2) - 8 || y > Math.max(y1, y2) + 8) return false;
  const reach = x2 > x1 ? (x2 - x1) / 2 : 30;
  for (let t = 0; t <= 1; t += 0.05) {
    const u = 1 - t;
    const px = u ** 3 * x1 + 3 * u * u * t * (x1 + reach) + 3 * u * t * t * (x2 - reach) + t ** 3 * x2;
    const py = u ** 3 * y1 + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t ** 3 * y2;
    if (Math.hypot(px - x, py - y) < 7) return true;
  }
  return false;
}
