// What a picture of lineage is made of: cards (relations, or groups of them) and the lines between.

import type { Repo } from "../data/repo";
import type { Verdict } from "../data/wire";

export interface Row {
  column: number;
  /** The one that is asked about. */
  focus: boolean;
}

export interface Card {
  /** The same in every picture that shows the same thing, so that it can move from one to the next. */
  key: string;
  relation?: number;
  /** Relations that the card stands for, where it is a group. */
  members?: number[];
  title: string;
  note: string;
  rows: Row[];
  /** Columns that are not shown. */
  more: number;
  /** Neighbours that are not in the picture. */
  hidden: { up: number; down: number };
  focus: boolean;
  tone?: Verdict;
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Line {
  /** Cards: the one that is read, the one that reads. */
  from: number;
  to: number;
  /** Rows of those cards; -1 for the card as a whole. */
  fromRow: number;
  toRow: number;
  /** Only rows are decided by it, no value made of it. */
  faint: boolean;
  /** How many reads it stands for. */
  weight: number;
  /** The edge of values it stands for, where it is one. */
  edge?: number;
  /** The way around what stands between, without the ends. */
  bends?: { x: number; y: number }[];
}

export interface Scene {
  cards: Card[];
  lines: Line[];
  /** The column each card belongs in, where the scene knows; else the lines decide. */
  ranks?: number[];
}

export const HEAD = 44;
export const ROW = 22;
const FOOT = 8;

export function card(key: string, title: string, note: string): Card {
  return { key, title, note, rows: [], more: 0, hidden: { up: 0, down: 0 }, focus: false, x: 0, y: 0, w: 0, h: 0 };
}

export function relationCard(repo: Repo, relation: number): Card {
  const made = card(`r${relation}`, repo.name(relation), note(repo, relation));
  made.relation = relation;
  made.tone = repo.verdict(relation);
  return made;
}

function note(repo: Repo, relation: number): string {
  const kind = repo.kind(relation);
  if (kind === "exposure") return repo.field(relation, "materialized") || kind;
  if (kind !== "model") return kind.replace("_", " ");
  return repo.folder(relation).replace(/^models\//, "");
}

export function groupCard(repo: Repo, key: string, title: string, members: number[]): Card {
  const made = card(`g${key}`, title, `${members.length.toLocaleString("en")} ${noun(repo, members)}`);
  made.members = members;
  const worst = Math.max(-1, ...members.map((member) => repo.verdict(member) ?? -1));
  if (worst >= 0) made.tone = worst as Verdict;
  return made;
}

function noun(repo: Repo, members: number[]): string {
  const kinds = new Set(members.map((member) => repo.kind(member)));
  const [kind = "model"] = kinds;
  const word = kinds.size > 1 ? "relation" : kind.replace("_", " ");
  return members.length === 1 ? word : word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** Gives each card its size. */
export function measure(repo: Repo, scene: Scene): Scene {
  for (const one of scene.cards) {
    const words = [wide(one.title, TITLE) + 34, wide(one.note, NOTE) + 34];
    for (const { column, focus } of one.rows) words.push(wide(repo.columnName(column), focus ? ASKED : COLUMN) + Math.min(90, repo.columnField(column, "type").length * 6.4) + 44);
    one.w = Math.round(Math.min(300, Math.max(140, ...words)));
    const rows = one.rows.length + (one.more > 0 ? 1 : 0);
    one.h = HEAD + (rows ? rows * ROW + FOOT : 0);
  }
  return scene;
}

const [TITLE, NOTE, COLUMN, ASKED] = ["600 13px", "400 11px", "400 12px", "600 12px"] as const;
let ruler: CanvasRenderingContext2D | undefined;

/** How wide a text is in the page's type. */
function wide(text: string, font: string): number {
  if (!ruler) {
    ruler = document.createElement("canvas").getContext("2d")!;
    ruler.canvas.dataset.sans = getComputedStyle(document.documentElement).getPropertyValue("--sans");
  }
  ruler.font = `${font} ${ruler.canvas.dataset.sans}`;
  return ruler.measureText(text).width;
}

/** Lines between the cards that hold relations who read each other. */
export function linesOf(repo: Repo, cards: Card[]): Line[] {
  const holder = new Map<number, number>();
  cards.forEach((one, at) => {
    if (one.relation !== undefined) holder.set(one.relation, at);
    one.members?.forEach((member) => holder.set(member, at));
  });
  const lines = new Map<number, Line>();
  for (const [relation, to] of holder) {
    for (const input of repo.reads.of(relation)) {
      const from = holder.get(input);
      if (from === undefined || from === to) continue;
      const key = from * cards.length + to;
      const known = lines.get(key);
      if (known) known.weight++;
      else lines.set(key, { from, to, fromRow: -1, toRow: -1, faint: false, weight: 1 });
    }
  }
  return [...lines.values()];
}

/** Counts for each single relation the neighbours that the picture leaves out. */
export function countHidden(repo: Repo, cards: Card[], shown: (relation: number) => boolean): void {
  const missing = (list: Uint32Array) => list.reduce((count, one) => count + (shown(one) || !isDrawn(repo, one) ? 0 : 1), 0);
  for (const one of cards) {
    if (one.relation === undefined) continue;
    one.hidden = { up: missing(repo.reads.of(one.relation)), down: missing(repo.readers.of(one.relation)) };
  }
}

/** Tests and analyses end a lineage and say little in it; the panel lists them. */
export function isDrawn(repo: Repo, relation: number): boolean {
  return !["test", "unit_test", "analysis"].includes(repo.kind(relation));
}
