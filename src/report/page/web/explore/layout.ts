// Cards and lines in, a place for each card out: what is read stands left of who reads it.

import dagre from "@dagrejs/dagre";
import { depthsBy } from "../data/walk";
import type { Card, Scene } from "./scene";

/** Up to so many cards, crossings are kept few; beyond, ranks are filled by folder, which takes no time at all. */
const CAREFUL = 110;

const BETWEEN_RANKS = 76;
const BETWEEN_CARDS = 16;

/** Sets `x` and `y` of all cards: their centres. The focus, where there is one, is at the origin. */
export function layout(scene: Scene): void {
  if (!scene.cards.length) return;
  if (!scene.ranks && scene.cards.length <= CAREFUL && scene.lines.length <= CAREFUL * 4) carefully(scene);
  else byRank(scene);
  const focus = scene.cards.find((one) => one.focus) ?? middle(scene.cards);
  const { x, y } = focus;
  for (const one of scene.cards) {
    one.x -= x;
    one.y -= y;
  }
  for (const line of scene.lines) line.bends = line.bends?.map((bend) => ({ x: bend.x - x, y: bend.y - y }));
}

function middle(cards: Card[]): { x: number; y: number } {
  const xs = cards.map((one) => one.x);
  const ys = cards.map((one) => one.y);
  return { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
}

function carefully({ cards, lines }: Scene): void {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: BETWEEN_CARDS, ranksep: BETWEEN_RANKS, edgesep: 10, ranker: "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  cards.forEach((one, at) => graph.setNode(String(at), { width: one.w, height: one.h }));
  for (const { from, to, weight } of lines) graph.setEdge(String(from), String(to), { weight: Math.min(4, weight) });
  dagre.layout(graph);
  cards.forEach((one, at) => {
    const { x, y } = graph.node(String(at));
    Object.assign(one, { x, y });
  });
  for (const line of lines) {
    const points: { x: number; y: number }[] = graph.edge(String(line.from), String(line.to))?.points ?? [];
    line.bends = points.length > 3 ? points.slice(1, -1) : undefined;
  }
  pack(cards, lines);
}

/** Cards that no line touches would stand in one endless column: they are set in rows below. */
function pack(cards: Card[], lines: Scene["lines"]): void {
  const linked = new Set(lines.flatMap(({ from, to }) => [from, to]));
  const alone = cards.filter((_, at) => !linked.has(at));
  const others = cards.filter((_, at) => linked.has(at));
  if (alone.length < 2) return;
  const left = others.length ? Math.min(...others.map((one) => one.x - one.w / 2)) : 0;
  const right = others.length ? Math.max(...others.map((one) => one.x + one.w / 2)) : 0;
  const width = Math.max(900, right - left);
  let x = left;
  let y = others.length ? Math.max(...others.map((one) => one.y + one.h / 2)) + 56 : 0;
  for (const one of alone) {
    if (x > left && x + one.w > left + width) {
      x = left;
      y += one.h + BETWEEN_CARDS;
    }
    one.x = x + one.w / 2;
    one.y = y + one.h / 2;
    x += one.w + BETWEEN_CARDS;
  }
}

/** Each rank is a block of columns, as many as keep the picture about as wide as a screen. */
function byRank({ cards, lines, ranks }: Scene): void {
  const rank = ranks ?? ranksOf(cards.length, lines);
  const blocks: number[][] = [];
  cards.forEach((_, at) => (blocks[rank[at]!] ??= []).push(at));
  const filled = blocks.filter(Boolean);
  if (cards.length <= ORDERED) fewCrossings(filled, cards, lines);
  else for (const block of filled) block.sort((a, b) => (wordsOf(cards[a]!) < wordsOf(cards[b]!) ? -1 : 1));
  const area = cards.reduce((sum, one) => sum + (one.w + 24) * (one.h + BETWEEN_CARDS), 0);
  const tall = Math.max(640, Math.sqrt(area / 1.6));
  let left = 0;
  for (const block of filled) {
    let [x, y, widest, first] = [left, 0, 0, 0];
    const centre = (end: number) => {
      for (const at of block.slice(first, end)) cards[at]!.y -= (y - BETWEEN_CARDS) / 2;
    };
    block.forEach((at, number) => {
      const one = cards[at]!;
      if (y > 0 && y + one.h > tall) {
        centre(number);
        [x, y, widest, first] = [x + widest + 24, 0, 0, number];
      }
      one.x = x + one.w / 2;
      one.y = y + one.h / 2;
      y += one.h + BETWEEN_CARDS;
      widest = Math.max(widest, one.w);
    });
    centre(block.length);
    left = x + widest + BETWEEN_RANKS * 1.2;
  }
  for (const line of lines) line.bends = undefined;
}

/** Up to so many cards the order within ranks follows the lines; beyond, it follows names. */
const ORDERED = 900;

function wordsOf(one: Card): string {
  return `${one.members ? 0 : 1}${one.note} ${one.title}`;
}

/** Sorts each rank by the middle of its neighbours, to and fro. */
function fewCrossings(blocks: number[][], cards: Card[], lines: Scene["lines"]): void {
  const neighbours: number[][] = cards.map(() => []);
  for (const { from, to } of lines) {
    neighbours[from]!.push(to);
    neighbours[to]!.push(from);
  }
  const place = new Float64Array(cards.length);
  const settle = (block: number[]) => block.forEach((at, number) => void (place[at] = (number + 0.5) / block.length));
  blocks.forEach((block) => {
    block.sort((a, b) => (wordsOf(cards[a]!) < wordsOf(cards[b]!) ? -1 : 1));
    settle(block);
  });
  for (let pass = 0; pass < 6; pass++) {
    for (const block of pass % 2 ? blocks.toReversed() : blocks) {
      const middle = new Map(block.map((at) => [at, neighbours[at]!.length ? neighbours[at]!.reduce((sum, other) => sum + place[other]!, 0) / neighbours[at]!.length : place[at]!]));
      block.sort((a, b) => middle.get(a)! - middle.get(b)!);
      settle(block);
    }
  }
}

function ranksOf(count: number, lines: Scene["lines"]): ArrayLike<number> {
  const outputs: number[][] = Array.from({ length: count }, () => []);
  const inputs = new Int32Array(count);
  for (const { from, to } of lines) {
    outputs[from]!.push(to);
    inputs[to]!++;
  }
  return depthsBy(count, (at) => outputs[at]!, (at) => inputs[at]!);
}
