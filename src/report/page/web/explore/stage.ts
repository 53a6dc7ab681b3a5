// The canvas one looks at a scene through: drags, zooms, clicks and keys in, moves between scenes animated out.

import type { Repo } from "../data/repo";
import { h } from "../dom";
import { Camera, type Box } from "./camera";
import { cardAt, lineAt } from "./hit";
import { ink, type Ink } from "./ink";
import { layout } from "./layout";
import { paint, type Emphasis } from "./painter";
import { Piecework } from "./piecework";
import { HEAD, ROW, type Card, type Scene } from "./scene";

export interface Acts {
  /** A card was chosen; `row` is one of its columns. */
  pick(card: Card | undefined): void;
  /** It was asked for: a click on a column, a double click, Enter. */
  open(card: Card, column?: number): void;
  /** Neighbours, or columns, that are not shown were asked for. */
  more(card: Card, what: "up" | "down" | "columns"): void;
  /** What is said of a line; nothing for no words. */
  tell?(line: number): string;
}

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** More cards and lines than this are painted in pieces. */
const AT_ONCE = 700;

/** Milliseconds from one place to the next. */
const FLIGHT = 280;

export class Stage {
  readonly element: HTMLElement;
  readonly camera = new Camera();
  scene: Scene = { cards: [], lines: [] };
  emphasis: Emphasis = {};
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private readonly tip: HTMLElement;
  private readonly live: HTMLElement;
  private colours: Ink = ink();
  private frame = 0;
  private stale = true;
  private flight?: { start: number; from: Map<string, Card>; camera: { x: number; y: number; zoom: number }; to: { x: number; y: number; zoom: number } };
  private readonly pieces = new Piecework();
  /** Is the scene painted in pieces? */
  private slow = false;
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private dragged = 0;
  private lines?: Set<number>[];

  constructor(private readonly repo: Repo, private readonly acts: Acts) {
    this.canvas = h("canvas", { tabindex: 0, role: "application", "aria-roledescription": "lineage picture" });
    this.tip = h("div", { class: "tip", hidden: true });
    this.live = h("div", { class: "unseen", "aria-live": "polite" });
    this.element = h("div", { class: "stage" }, this.canvas, this.tip, this.live);
    this.context = this.canvas.getContext("2d", { alpha: false })!;
    this.listen();
    // A canvas has no parts that a test or a script could find: these are what it shows and where.
    Object.assign(this.canvas, { cards: () => this.places() });
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  /**
   * Shows a scene; cards that were shown before move to their new places, seen from `keep`, which does not jump.
   * With `stay`, the view is not moved to show all of it.
   */
  show(scene: Scene, { keep, stay = false, label }: { keep?: string; stay?: boolean; label: string }): void {
    const before = new Map(this.scene.cards.map((one) => [one.key, { ...one }]));
    layout(scene);
    const anchor = keep ? before.get(keep) : undefined;
    const landed = keep ? scene.cards.find((one) => one.key === keep) : undefined;
    const first = before.size === 0;
    if (anchor && landed) {
      // What was clicked stays below the finger.
      this.camera.x += landed.x - anchor.x;
      this.camera.y += landed.y - anchor.y;
      for (const one of before.values()) {
        one.x += landed.x - anchor.x;
        one.y += landed.y - anchor.y;
      }
    }
    this.scene = scene;
    this.emphasis = {};
    this.lines = undefined;
    this.slow = scene.cards.length + scene.lines.length / 2 > AT_ONCE;
    this.canvas.setAttribute("aria-label", label);
    const to = stay && anchor && landed ? { x: this.camera.x, y: this.camera.y, zoom: this.camera.zoom } : this.home();
    if (first || STILL.matches || this.slow) {
      this.flight = undefined;
      Object.assign(this.camera, to);
    } else this.flight = { start: performance.now(), from: before, camera: { x: this.camera.x, y: this.camera.y, zoom: this.camera.zoom }, to };
    this.pieces.forget();
    this.dirty();
  }

  /** Where a scene is looked at from at first: all of it if that can be read, else its focus. */
  home(): { x: number; y: number; zoom: number } {
    const fit = this.camera.fitting(this.bounds());
    const focus = this.scene.cards.find((one) => one.focus);
    return focus && fit.zoom < 0.55 ? { x: focus.x, y: focus.y, zoom: 0.72 } : fit;
  }

  fit(): void {
    this.fly(this.camera.fitting(this.bounds()));
  }

  zoom(factor: number): void {
    this.camera.zoomAt(this.camera.width / 2, this.camera.height / 2, factor);
    this.dirty();
  }

  /** Picks a card, and shows it where it is out of sight. */
  pick(at: number | undefined, { quiet = false, near = true } = {}): void {
    const one = at === undefined ? undefined : this.scene.cards[at];
    this.emphasis = one ? { ...this.connected(at!), picked: at } : {};
    if (one && near) {
      const seen = this.camera.seen();
      const hidden = one.x - one.w / 2 < seen.left || one.x + one.w / 2 > seen.right || one.y - one.h / 2 < seen.top || one.y + one.h / 2 > seen.bottom;
      if (hidden) this.fly({ x: one.x, y: one.y, zoom: Math.max(this.camera.zoom, 0.6) });
    }
    if (one) this.live.textContent = `${one.title}, ${one.note}`;
    this.dirty(true);
    if (!quiet) this.acts.pick(one);
  }

  /** Lights up a way of relations, and nothing else. */
  light(relations: number[]): void {
    const way = new Set(relations);
    const at = new Set<number>();
    this.scene.cards.forEach((one, card) => {
      if (one.relation !== undefined ? way.has(one.relation) : one.members?.some((member) => way.has(member))) at.add(card);
    });
    const steps = new Set(relations.slice(1).map((to, step) => `${this.cardOf(relations[step]!)} ${this.cardOf(to)}`));
    const lines = new Set<number>();
    this.scene.lines.forEach((line, number) => void (steps.has(`${line.from} ${line.to}`) && lines.add(number)));
    const last = relations.at(-1);
    this.emphasis = { cards: at, lines, picked: last === undefined ? undefined : this.cardOf(last) };
    this.dirty(true);
  }

  cardOf(relation: number): number {
    return this.scene.cards.findIndex((one) => one.relation === relation || one.members?.includes(relation));
  }

  /** The colours changed. */
  recolour(): void {
    this.colours = ink();
    this.dirty(true);
  }

  private places(): { title: string; x: number; y: number; rows: { name: string; x: number; y: number }[] }[] {
    return this.scene.cards.map((one) => {
      const at = (dy: number) => this.camera.toView(one.x, one.y - one.h / 2 + dy);
      const rows = one.rows.map(({ column }, number) => {
        const [x, y] = at(HEAD + (number + 0.5) * ROW);
        return { name: this.repo.columnName(column), x, y };
      });
      const [x, y] = at(HEAD / 2);
      return { title: one.title, x, y, rows };
    });
  }

  focus(): void {
    this.canvas.focus({ preventScroll: true });
  }

  private bounds(): Box {
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (const one of this.scene.cards) {
      box.left = Math.min(box.left, one.x - one.w / 2);
      box.right = Math.max(box.right, one.x + one.w / 2);
      box.top = Math.min(box.top, one.y - one.h / 2);
      box.bottom = Math.max(box.bottom, one.y + one.h / 2);
    }
    return this.scene.cards.length ? box : { left: -1, top: -1, right: 1, bottom: 1 };
  }

  private fly(to: { x: number; y: number; zoom: number }): void {
    if (STILL.matches) Object.assign(this.camera, to);
    else this.flight = { start: performance.now(), from: new Map(), camera: { x: this.camera.x, y: this.camera.y, zoom: this.camera.zoom }, to };
    this.dirty();
  }

  /** All that leads to a card and from it. */
  private connected(at: number): { cards: Set<number>; lines: Set<number> } {
    this.lines ??= neighbours(this.scene);
    const cards = new Set([at]);
    const lines = new Set<number>();
    for (const end of ["from", "to"] as const) {
      const met = new Set([at]);
      for (const card of met) {
        for (const number of this.lines[card]!) {
          const line = this.scene.lines[number]!;
          if (line[end] !== card) continue;
          lines.add(number);
          met.add(end === "from" ? line.to : line.from);
        }
      }
      met.forEach((one) => cards.add(one));
    }
    return { cards, lines };
  }

  private resize(): void {
    const { width, height } = this.element.getBoundingClientRect();
    if (!width || !height) return;
    const unmoved = this.camera.width <= 1;
    this.camera.width = width;
    this.camera.height = height;
    const ratio = Math.min(2, devicePixelRatio || 1);
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    if (unmoved) Object.assign(this.camera, this.home());
    this.paintNow();
  }

  private dirty(repaint = false): void {
    if (repaint) this.pieces.repaint();
    this.stale = true;
    this.frame ||= requestAnimationFrame(() => this.turn());
  }

  private turn(): void {
    this.frame = 0;
    this.advance();
    if (this.stale || this.pieces.isBusy) this.paintNow();
    if (this.flight || this.pieces.isBusy) this.frame ||= requestAnimationFrame(() => this.turn());
  }

  /** Moves camera and cards along. */
  private advance(): void {
    const { flight, camera } = this;
    if (!flight) return;
    const t = Math.min(1, (performance.now() - flight.start) / FLIGHT);
    const eased = 1 - (1 - t) ** 3;
    const mix = (a: number, b: number) => a + (b - a) * eased;
    camera.x = mix(flight.camera.x, flight.to.x);
    camera.y = mix(flight.camera.y, flight.to.y);
    camera.zoom = Math.exp(mix(Math.log(flight.camera.zoom), Math.log(flight.to.zoom)));
    this.stale = true;
    if (t >= 1) this.flight = undefined;
  }

  private paintNow(): void {
    this.stale = false;
    const ratio = this.canvas.width / this.camera.width;
    const { flight } = this;
    if (flight?.from.size) return this.paintFlight(ratio);
    const job = { repo: this.repo, scene: this.scene, camera: this.camera, ink: this.colours, emphasis: this.emphasis };
    if (!this.slow) {
      this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
      for (const _ of paint(this.context, job));
      return;
    }
    this.pieces.show(this.context, job, ratio, this.pointers.size > 0);
  }

  private paintFlight(ratio: number): void {
    const { start, from } = this.flight!;
    const t = 1 - (1 - Math.min(1, (performance.now() - start) / FLIGHT)) ** 3;
    const cards = this.scene.cards.map((one) => {
      const before = from.get(one.key);
      return before ? { ...one, x: before.x + (one.x - before.x) * t, y: before.y + (one.y - before.y) * t, w: before.w + (one.w - before.w) * t } : one;
    });
    const lines = t < 1 ? this.scene.lines.map((line) => ({ ...line, bends: undefined })) : this.scene.lines;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (const _ of paint(this.context, { repo: this.repo, scene: { cards, lines }, camera: this.camera, ink: this.colours, emphasis: this.emphasis }));
  }

  // What the hand does.

  private listen(): void {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => this.hover(undefined));
    canvas.addEventListener("dblclick", (event) => {
      const hit = cardAt(this.scene, this.camera, event.offsetX, event.offsetY);
      if (hit) this.acts.open(hit.card);
    });
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  private down(event: PointerEvent): void {
    this.flight = undefined;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (this.pointers.size === 1) this.dragged = 0;
    this.tip.hidden = true;
  }

  private move(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.hover(event);
    const { offsetX: x, offsetY: y } = event;
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    const other = others[0];
    if (other) {
      const apart = (point: { x: number; y: number }) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
      this.camera.zoomAt((x + other.x) / 2, (y + other.y) / 2, apart({ x, y }) / apart(before));
      this.camera.pan((x - before.x) / 2, (y - before.y) / 2);
      this.dragged += 10;
    } else {
      this.camera.pan(x - before.x, y - before.y);
      this.dragged += Math.hypot(x - before.x, y - before.y);
    }
    this.pointers.set(event.pointerId, { x, y });
    this.canvas.style.cursor = "grabbing";
    this.dirty();
  }

  private up(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    this.canvas.style.cursor = "";
    this.dirty();
    if (this.dragged > 5) return;
    const hit = cardAt(this.scene, this.camera, event.offsetX, event.offsetY);
    if (!hit) return this.pick(undefined);
    if (hit.more) return this.acts.more(hit.card, hit.more);
    const row = hit.row === undefined ? undefined : hit.card.rows[hit.row];
    if (row) return this.acts.open(hit.card, row.column);
    if (hit.card.members) return this.acts.open(hit.card);
    this.pick(hit.at);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.flight = undefined;
    const step = event.deltaY * (event.deltaMode === 1 ? 20 : 1) * (event.ctrlKey ? 4 : 1);
    this.camera.zoomAt(event.offsetX, event.offsetY, Math.exp(-Math.max(-300, Math.min(300, step)) * 0.0016));
    this.dirty();
  }

  private hover(event: PointerEvent | undefined): void {
    const hit = event && cardAt(this.scene, this.camera, event.offsetX, event.offsetY);
    const at = hit?.at;
    const line = event && !hit && this.acts.tell ? lineAt(this.scene, this.camera, event.offsetX, event.offsetY) : undefined;
    const words = line === undefined ? "" : this.acts.tell!(line);
    this.tip.hidden = !words;
    if (words && event) {
      this.tip.textContent = words;
      this.tip.style.transform = `translate(${Math.min(event.offsetX + 14, this.camera.width - 240)}px, ${event.offsetY + 16}px)`;
    }
    this.canvas.style.cursor = hit || words ? "pointer" : "";
    if (at === this.emphasis.hovered && hit?.row === this.emphasis.hoveredRow) return;
    this.emphasis = { ...this.emphasis, hovered: at, hoveredRow: hit?.row };
    if (!this.slow) this.dirty();
  }

  // What the keyboard does.

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  private readonly keys: Record<string, () => void> = {
    "+": () => this.zoom(1.25),
    "=": () => this.zoom(1.25),
    "-": () => this.zoom(0.8),
    "0": () => this.fit(),
    ArrowLeft: () => this.step("up"),
    ArrowRight: () => this.step("down"),
    ArrowUp: () => this.stepAside(-1),
    ArrowDown: () => this.stepAside(1),
    Enter: () => {
      const one = this.scene.cards[this.emphasis.picked ?? -1];
      if (one) this.acts.open(one);
    },
    Escape: () => this.pick(undefined),
  };

  /** To the nearest card that is read, or that reads. */
  private step(direction: "up" | "down"): void {
    const at = this.current();
    const one = this.scene.cards[at];
    if (!one) return;
    const ends = this.scene.lines.filter((line) => (direction === "up" ? line.to : line.from) === at);
    const next = ends.map((line) => (direction === "up" ? line.from : line.to));
    const nearest = next.sort((a, b) => this.apart(a, one) - this.apart(b, one))[0];
    if (nearest !== undefined) this.pick(nearest);
  }

  /** To the next card above or below. */
  private stepAside(side: -1 | 1): void {
    const one = this.scene.cards[this.current()];
    if (!one) return;
    const beside = [...this.scene.cards.keys()].filter((at) => {
      const other = this.scene.cards[at]!;
      return (other.y - one.y) * side > 4 && Math.abs(other.x - one.x) < (other.w + one.w) / 2;
    });
    const nearest = beside.sort((a, b) => Math.abs(this.scene.cards[a]!.y - one.y) - Math.abs(this.scene.cards[b]!.y - one.y))[0];
    if (nearest !== undefined) this.pick(nearest);
  }

  private current(): number {
    const focus = this.scene.cards.findIndex((one) => one.focus);
    return this.emphasis.picked ?? (focus >= 0 ? focus : 0);
  }

  private apart(at: number, one: Card): number {
    const other = this.scene.cards[at]!;
    return Math.hypot(other.x - one.x, other.y - one.y);
  }
}

/** For each card the lines that touch it. */
function neighbours(scene: Scene): Set<number>[] {
  const lists = scene.cards.map(() => new Set<number>());
  scene.lines.forEach(({ from, to }, number) => {
    lists[from]!.add(number);
    lists[to]!.add(number);
  });
  return lists;
}
