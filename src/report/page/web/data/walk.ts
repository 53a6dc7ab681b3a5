// Relations or columns in, what they reach and how far away it is out.

import type { Direction, Repo } from "./repo";

/** How far each reached node is from the start, nearest first. */
export type Distances = Map<number, number>;

/** Relations within `depth` reads of the starts. */
export function reach(repo: Repo, starts: number[], direction: Direction, depth = Infinity): Distances {
  const links = repo.links(direction);
  const found: Distances = new Map(starts.map((start) => [start, 0]));
  for (const [node, distance] of found) {
    if (distance >= depth) continue;
    for (const next of links.of(node)) if (!found.has(next)) found.set(next, distance + 1);
  }
  return found;
}

/** What a walk through columns met. */
export interface Traced {
  /** Column to the number of reads between. */
  columns: Distances;
  /** Relations whose rows the column decides (downstream only). */
  rows: Distances;
  /** Exposures and their like that may read one of the columns. */
  consumers: Distances;
}

/** Columns that a column is made of, or that are made of it; with `rows`, also through what decides which rows exist. */
export function trace(repo: Repo, start: number, direction: Direction, rows: boolean, depth = Infinity): Traced {
  const traced: Traced = { columns: new Map([[start, 0]]), rows: new Map(), consumers: new Map() };
  const { columns } = traced;
  const links = direction === "up" ? repo.inputs : repo.outputs;
  for (const [column, distance] of columns) {
    if (distance >= depth) continue;
    const add = (next: number) => void (columns.has(next) || columns.set(next, distance + 1));
    links.of(column).forEach(add);
    if (direction === "down") {
      for (const reader of repo.readers.of(repo.relationOf(column))) {
        if (!repo.isConsumer(reader) || traced.consumers.has(reader)) continue;
        if (repo.mayRead(reader, column)) traced.consumers.set(reader, distance + 1);
      }
    }
    if (!rows) continue;
    if (direction === "up") {
      repo.deciders.of(repo.relationOf(column)).forEach(add);
      continue;
    }
    for (const relation of repo.decided.of(column)) {
      if (traced.rows.has(relation)) continue;
      traced.rows.set(relation, distance + 1);
      const [first, end] = repo.columns(relation);
      for (let own = first; own < end; own++) add(own);
    }
  }
  return traced;
}

/** The shortest way from any of some relations down to another, both ends with it; empty if there is none. */
export function way(repo: Repo, from: (relation: number) => boolean, to: number, inside: (relation: number) => boolean): number[] {
  const before = new Map<number, number | undefined>([[to, undefined]]);
  for (const [node] of before) {
    if (from(node)) {
      const path: number[] = [];
      for (let at: number | undefined = node; at !== undefined; at = before.get(at)) path.push(at);
      return path;
    }
    for (const next of repo.reads.of(node)) if (!before.has(next) && inside(next)) before.set(next, node);
  }
  return [];
}

/** The longest way from an input to each node; where nodes go in circles, one of their reads is overlooked. */
export function depthsBy(count: number, outputs: (node: number) => Iterable<number>, inputCount: (node: number) => number): Int32Array {
  const waiting = Int32Array.from({ length: count }, (_, at) => inputCount(at));
  const depths = new Int32Array(count);
  const done = new Uint8Array(count);
  const ready = [...waiting.keys()].filter((at) => waiting[at] === 0);
  let next = 0;
  for (let left = count; left > 0; ) {
    let at = ready.pop();
    if (at === undefined) {
      while (done[next]) next++;
      at = next;
    }
    if (done[at]) continue;
    done[at] = 1;
    left--;
    for (const to of outputs(at)) {
      if (done[to]) continue;
      depths[to] = Math.max(depths[to]!, depths[at]! + 1);
      if (--waiting[to]! === 0) ready.push(to);
    }
  }
  return depths;
}
