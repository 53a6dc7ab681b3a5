// One relation and its surroundings as a picture.

import type { Repo } from "../data/repo";
import { reach } from "../data/walk";
import { gather, type Placed } from "./gather";
import { countHidden, isDrawn, linesOf, measure, type Scene } from "./scene";

export interface Reach {
  up: number;
  down: number;
}

const MOST_COLUMNS = 12;

/** As far as a picture can still be read at a glance: two reads each way, three where little is there. */
export function comfortable(repo: Repo, focus: number): Reach {
  const reached: Reach = { up: 1, down: 1 };
  const count = ({ up, down }: Reach) => reach(repo, [focus], "up", up).size + reach(repo, [focus], "down", down).size;
  const steps: [Reach, number][] = [
    [{ up: 2, down: 1 }, 24],
    [{ up: 2, down: 2 }, 32],
    [{ up: 3, down: 2 }, 12],
    [{ up: 3, down: 3 }, 12],
  ];
  for (const [next, most] of steps) {
    if (count(next) > most) break;
    Object.assign(reached, next);
  }
  return reached;
}

/** `further` are relations whose own neighbours are shown too, `up` or `down`. */
export function focusScene(
  repo: Repo,
  focus: number,
  { up, down }: Reach,
  state: { opened: ReadonlySet<string>; further: ReadonlyMap<number, Set<"up" | "down">>; allColumns: boolean },
): Scene {
  const level = new Map<number, number>();
  for (const [relation, distance] of reach(repo, [focus], "up", up)) level.set(relation, -distance);
  for (const [relation, distance] of reach(repo, [focus], "down", down)) if (distance) level.set(relation, distance);
  for (const [relation, directions] of state.further) {
    const at = level.get(relation);
    if (at === undefined) continue;
    for (const direction of directions) {
      for (const next of repo.links(direction).of(relation)) if (!level.has(next)) level.set(next, at + (direction === "up" ? -1 : 1));
    }
  }
  const placed: Placed[] = [...level].filter(([relation]) => relation === focus || isDrawn(repo, relation)).map(([relation, at]) => ({ relation, level: at }));
  const cards = gather(repo, placed, state.opened, new Set([focus, ...state.further.keys()]));
  for (const one of cards) {
    if (one.relation !== focus) continue;
    const [first, end] = repo.columns(focus);
    const shown = state.allColumns ? end - first : Math.min(end - first, MOST_COLUMNS);
    one.focus = true;
    one.rows = Array.from({ length: shown }, (_, at) => ({ column: first + at, focus: false }));
    one.more = end - first - shown;
  }
  countHidden(repo, cards, (relation) => level.has(relation));
  return measure(repo, { cards, lines: linesOf(repo, cards) });
}

/** Relations that somebody chose, with the lines between them. */
export function chosenScene(repo: Repo, chosen: number[], opened: ReadonlySet<string>): Scene {
  const shown = new Set(chosen);
  const cards = gather(repo, chosen.map((relation) => ({ relation, level: 0 })), opened, new Set());
  countHidden(repo, cards, (relation) => shown.has(relation));
  return measure(repo, { cards, lines: linesOf(repo, cards) });
}
