// One column, all it is made of and all that is made of it, as a picture.

import { push, type Repo } from "../data/repo";
import { trace, type Traced } from "../data/walk";
import { gather, READABLE } from "./gather";
import { measure, type Card, type Line, type Scene } from "./scene";

export interface ColumnPicture {
  scene: Scene;
  up: Traced;
  down: Traced;
  /** How many reads away the picture goes; more there would not be readable. */
  depth: number;
  complete: boolean;
}

const MOST_ROWS = 10;

export function columnPicture(repo: Repo, column: number, rows: boolean, opened: ReadonlySet<string>, wanted?: number): ColumnPicture {
  const far = { up: trace(repo, column, "up", rows), down: trace(repo, column, "down", rows) };
  const deepest = Math.max(...far.up.columns.values(), ...far.down.columns.values(), ...far.down.consumers.values(), ...far.down.rows.values());
  const depth = Math.min(deepest, wanted ?? readable(repo, far, deepest));
  const levels = levelsOf(repo, far, depth);
  const placed = [...levels].map(([relation, level]) => ({ relation, level }));
  const cards = gather(repo, placed, opened, new Set([repo.relationOf(column)]));
  const columns = new Map<number, number[]>();
  for (const { columns: met } of [far.up, far.down]) {
    for (const [one, distance] of met) {
      if (distance > depth || columns.get(repo.relationOf(one))?.includes(one)) continue;
      push(columns, repo.relationOf(one), one);
    }
  }
  const place = new Map<number, [number, number]>();
  const holder = new Map<number, number>();
  cards.forEach((one, at) => {
    for (const member of one.members ?? [one.relation!]) holder.set(member, at);
    if (one.relation === undefined) return;
    addRows(one, (columns.get(one.relation) ?? []).sort((a, b) => a - b), column);
    one.rows.forEach((row, number) => place.set(row.column, [at, number]));
  });
  const shown = [...columns.values()].flat();
  const lines = linesBetween(repo, shown, { place, holder }, rows);
  lines.push(...linesToConsumers(repo, shown, far.down, place, holder));
  return { scene: measure(repo, { cards, lines }), up: far.up, down: far.down, depth, complete: depth >= deepest };
}

function readable(repo: Repo, far: { up: Traced; down: Traced }, deepest: number): number {
  for (let depth = 1; depth < deepest; depth++) {
    if (levelsOf(repo, far, depth + 1).size > READABLE * 1.2) return depth;
  }
  return deepest;
}

/** Relations with how far away they are at least: below zero upstream. */
function levelsOf(repo: Repo, { up, down }: { up: Traced; down: Traced }, depth: number): Map<number, number> {
  const levels = new Map<number, number>();
  const add = (relation: number, level: number) => {
    if (Math.abs(level) <= depth && !levels.has(relation)) levels.set(relation, level);
  };
  for (const [column, distance] of up.columns) add(repo.relationOf(column), -distance);
  for (const [column, distance] of down.columns) add(repo.relationOf(column), distance);
  for (const [relation, distance] of down.rows) add(relation, distance);
  for (const [consumer, distance] of down.consumers) add(consumer, distance);
  return levels;
}

function addRows(one: Card, columns: number[], focus: number): void {
  const shown = columns.length > MOST_ROWS ? columns.filter((column, at) => at < MOST_ROWS - 1 || column === focus) : columns;
  one.rows = shown.map((column) => ({ column, focus: column === focus }));
  one.more = columns.length - shown.length;
  one.focus = columns.includes(focus);
}

interface Places {
  place: Map<number, [number, number]>;
  holder: Map<number, number>;
}

function linesBetween(repo: Repo, columns: number[], { place, holder }: Places, rows: boolean): Line[] {
  const shown = new Set(columns);
  const lines = new Map<string, Line>();
  const add = (input: number, reader: number, faint: boolean, edge?: number, readerRow?: number) => {
    const from = place.get(input) ?? [holder.get(repo.relationOf(input)), -1];
    const to = (readerRow === undefined ? undefined : place.get(readerRow)) ?? [holder.get(reader), -1];
    if (from[0] === undefined || to[0] === undefined || from[0] === to[0]) return;
    const key = `${from}>${to}`;
    const known = lines.get(key);
    if (known) {
      known.weight++;
      known.faint &&= faint;
    } else lines.set(key, { from: from[0], to: to[0], fromRow: from[1]!, toRow: to[1]!, faint, weight: 1, edge });
  };
  for (const column of columns) {
    repo.inputs.each(column, (input, edge) => void (shown.has(input) && add(input, repo.relationOf(column), false, edge, column)));
  }
  if (!rows) return [...lines.values()];
  for (const [relation] of holder) {
    for (const input of repo.deciders.of(relation)) if (shown.has(input)) add(input, relation, true);
  }
  return [...lines.values()];
}

function linesToConsumers(repo: Repo, columns: number[], down: Traced, place: Map<number, [number, number]>, holder: Map<number, number>): Line[] {
  const lines = new Map<string, Line>();
  for (const [consumer] of down.consumers) {
    const to = holder.get(consumer);
    if (to === undefined) continue;
    const reads = new Set(repo.reads.of(consumer));
    for (const column of columns) {
      if (!down.columns.has(column) || !reads.has(repo.relationOf(column)) || !repo.mayRead(consumer, column)) continue;
      const [from, fromRow] = place.get(column) ?? [holder.get(repo.relationOf(column))!, -1];
      if (from !== undefined && from !== to) lines.set(`${from} ${fromRow} ${to}`, { from, to, fromRow, toRow: -1, faint: false, weight: 1 });
    }
  }
  return [...lines.values()];
}
