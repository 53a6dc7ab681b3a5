// A change and all it reaches as a picture.

import type { Repo } from "../data/repo";
import { way } from "../data/walk";
import { gather } from "./gather";
import { linesOf, measure, type Scene } from "./scene";

/** Relations that the change touches or reaches. */
export function reached(repo: Repo): number[] {
  const models = [...repo.impacts.values()].filter((one) => one.verdict > 0 || one.edited).map((one) => one.relation);
  const inputs = repo.wire.change?.inputs ?? [];
  const consumers = [...repo.consumerImpacts].filter(([, one]) => one.verdict > 0).map(([relation]) => relation);
  return [...new Set([...inputs, ...models, ...consumers])];
}

export function changeScene(repo: Repo, opened: ReadonlySet<string>, keep: ReadonlySet<number>): Scene {
  const edited = new Set(repo.wire.change?.inputs);
  for (const one of repo.impacts.values()) if (one.edited) edited.add(one.relation);
  const placed = reached(repo).map((relation) => ({ relation, level: edited.has(relation) ? 0 : 1 }));
  const cards = gather(repo, placed, opened, keep);
  for (const one of cards) if (one.relation !== undefined && edited.has(one.relation)) one.note = repo.impacts.get(one.relation)?.change ?? "differs";
  return measure(repo, { cards, lines: linesOf(repo, cards) });
}

/** From the edit down to what it reaches: the shortest way. */
export function causalWay(repo: Repo, to: number): number[] {
  const inside = new Set(reached(repo));
  const inputs = new Set(repo.wire.change?.inputs);
  const isEdit = (relation: number) => {
    if (inputs.has(relation)) return true;
    const impact = repo.impacts.get(relation);
    return impact !== undefined && impact.edited && (relation === to || impact.verdict > 0);
  };
  return way(repo, isEdit, to, (relation) => inside.has(relation));
}
