// Many relations in, few cards out: those of one level and folder become a group until the picture can be read.

import type { Repo } from "../data/repo";
import { groupCard, relationCard, type Card } from "./scene";

/** More cards than this are no picture any more. */
export const READABLE = 56;

export interface Placed {
  relation: number;
  /** Reads away from the focus: below zero upstream. */
  level: number;
}

export function gather(repo: Repo, placed: Placed[], opened: ReadonlySet<string>, keep: ReadonlySet<number>): Card[] {
  const singles = new Set(placed.filter(({ relation }) => keep.has(relation)).map(({ relation }) => relation));
  let buckets = bucketed(placed.filter(({ relation }) => !singles.has(relation)), ({ relation, level }) => `${level}|${repo.folder(relation)}`);
  if (buckets.size > READABLE) buckets = bucketed([...buckets.values()].flat(), ({ relation, level }) => `${level}|${top(repo.folder(relation))}`);
  let count = placed.length;
  const collapsed = new Set<string>();
  const bySize = [...buckets].sort(([a, one], [b, two]) => two.length - one.length || (a < b ? -1 : 1));
  for (const [key, members] of bySize) {
    if (count <= READABLE || members.length < 3) break;
    if (opened.has(`g${key}`)) continue;
    collapsed.add(key);
    count -= members.length - 1;
  }
  const cards = [...singles].map((relation) => relationCard(repo, relation));
  for (const [key, members] of buckets) {
    const relations = members.map(({ relation }) => relation);
    if (collapsed.has(key)) cards.push(groupCard(repo, key, key.slice(key.indexOf("|") + 1).replace(/^models\//, ""), relations));
    else cards.push(...relations.map((relation) => relationCard(repo, relation)));
  }
  return cards.sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0));
}

function bucketed(placed: Placed[], key: (one: Placed) => string): Map<string, Placed[]> {
  return Map.groupBy(placed, key);
}

/** The first two parts of a path. */
function top(folder: string): string {
  return folder.split("/").slice(0, 2).join("/");
}
