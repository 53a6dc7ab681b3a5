// The colours and type of the page, as a canvas takes them. The style sheet is where they are chosen.

import type { Repo } from "../data/repo";
import type { Card } from "./scene";

const NAMES = ["bg", "card", "edge", "ink", "soft", "faint", "accent", "wash", "source", "seed", "model", "consumer", "breaks", "differs", "stays"] as const;

export type Ink = Record<(typeof NAMES)[number], string> & { sans: string; mono: string };

export function ink(): Ink {
  const style = getComputedStyle(document.documentElement);
  const font = (name: string) => style.getPropertyValue(`--${name}`).trim();
  // A colour that is one by day and another by night is only known once something wears it.
  const probe = document.createElement("i");
  document.body.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(NAMES.map((name) => [name, colour(name)])) as Ink;
  probe.remove();
  return { ...colours, sans: font("sans"), mono: font("mono") };
}

const VERDICTS = ["stays", "differs", "breaks"] as const;

/** The colour at the edge of a card: what the change means for it, else what kind of thing it is. */
export function toneOf(repo: Repo, one: Card, colours: Ink): string {
  if (one.tone) return colours[VERDICTS[one.tone]];
  const relation = one.relation ?? one.members?.[0];
  if (relation === undefined) return colours.model;
  const kind = repo.kind(relation);
  if (kind === "source" || kind === "seed") return colours[kind];
  return repo.isConsumer(relation) ? colours.consumer : colours.model;
}
