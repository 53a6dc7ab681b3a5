// The front page: what the repo is, what changes, what is wrong, and how well it is kept.

import type { Repo } from "../data/repo";
import { h, plural } from "../dom";
import { LEVELS, relationLink } from "../parts/chips";
import { link } from "../route";
import { counts, verdictBar } from "./impact";
import type { View } from "./view";

export function overviewView(repo: Repo): View {
  const { wire } = repo;
  const dialects = [...new Set(wire.projects.map((one) => one.dialect))].join(", ");
  const moment = /^[0-9a-f]{40}$/.test(wire.moment) ? `commit ${wire.moment.slice(0, 10)}` : wire.moment === "worktree" ? "the working tree" : wire.moment;
  const element = h(
    "div",
    { class: "page overview" },
    h("header", { class: "hero" }, h("h1", null, wire.title), h("p", { class: "note" }, [moment, dialects].filter(Boolean).join(" · "))),
    figures(repo),
    h("div", { class: "grid" }, changeBox(repo), findingsBox(repo), scorecard(repo), mostRead(repo), understood(repo)),
  );
  return { element, title: wire.title };
}

function figures(repo: Repo): HTMLElement {
  const built = every(repo).filter((one) => repo.isBuilt(one));
  const columns = built.reduce((sum, one) => sum + repo.wire.columns.count[one]!, 0);
  const of = (kind: string) => every(repo).filter((one) => repo.kind(one) === kind).length;
  const all: [number, string, string][] = [
    [built.length, "model", link("lineage")],
    [columns, "column", link("lineage")],
    [of("source"), "source", link("lineage", [], { by: "layer" })],
    [of("exposure"), "exposure", link("lineage", [], { by: "layer" })],
    [repo.wire.macros.length, "macro", ""],
  ];
  return h("div", { class: "figures" }, ...all.filter(([count]) => count > 0).map(([count, word, href]) => h(href ? "a" : "div", { href: href || undefined, class: "figure" }, h("strong", null, count.toLocaleString("en")), h("span", null, plural(count, word).replace(/^\S+ /, "")))));
}

function every(repo: Repo): number[] {
  return Array.from({ length: repo.size }, (_, at) => at);
}

function box(title: string, href: string | undefined, ...body: (Node | null)[]): HTMLElement {
  return h("section", { class: "box" }, h("h2", null, href ? h("a", { href }, title) : title), ...body);
}

function changeBox(repo: Repo): HTMLElement | null {
  if (!repo.wire.change) return null;
  const [breaks, differs, stays] = counts(repo);
  const worst = repo.wire.change.models.filter((one) => one.verdict > 0).sort((a, b) => b.verdict - a.verdict || Number(b.edited) - Number(a.edited)).slice(0, 5);
  return box(
    "This change",
    link("impact"),
    verdictBar(repo),
    h("p", { class: "legend" }, ...([["breaks", breaks], ["differs", differs], ["stays", stays]] as const).map(([word, count]) => h("span", null, h("i", { class: `dot ${word}` }), `${count.toLocaleString("en")} ${word}`))),
    worst.length ? h("ul", { class: "plain" }, ...worst.map((one) => h("li", null, relationLink(repo, one.relation)))) : h("p", null, "Nothing differs."),
  );
}

function findingsBox(repo: Repo): HTMLElement | null {
  if (!repo.wire.findings) return null;
  const count = (level: number) => repo.findings.filter((one) => one.level === level).length;
  const rules = new Map<number, { count: number; level: number }>();
  for (const one of repo.findings) {
    const known = rules.get(one.rule) ?? { count: 0, level: 0 };
    rules.set(one.rule, { count: known.count + 1, level: Math.max(known.level, one.level) });
  }
  const top = [...rules].sort(([, a], [, b]) => b.level - a.level || b.count - a.count).slice(0, 7);
  const most = Math.max(1, ...top.map(([, { count }]) => count));
  return box(
    "Findings",
    link("findings"),
    h("p", { class: "legend" }, ...[2, 1, 0].map((level) => h("a", { href: link("findings", [], { level: LEVELS[level] }) }, h("i", { class: `dot ${LEVELS[level]}` }), `${count(level).toLocaleString("en")} ${LEVELS[level]}`))),
    top.length
      ? h("ul", { class: "plain bars" }, ...top.map(([rule, { count, level }]) => h("li", null, h("a", { href: link("findings", [], { q: repo.text(rule) }) }, h("i", { class: `dot ${LEVELS[level]}` }), h("span", { class: "name" }, repo.text(rule)), meter(count / most), h("span", { class: "count" }, count.toLocaleString("en"))))))
      : h("p", null, "None. All is well."),
  );
}

function meter(share: number): HTMLElement {
  const fill = h("span");
  fill.style.width = `${Math.max(1.5, share * 100)}%`;
  return h("span", { class: "meter", "aria-hidden": "true" }, fill);
}

/** How well the repo is described, tested and kept, in shares. */
function scorecard(repo: Repo): HTMLElement {
  const models = every(repo).filter((one) => repo.isBuilt(one));
  const columns = models.flatMap((one) => range(...repo.columns(one)));
  const exposures = every(repo).filter((one) => repo.kind(one) === "exposure");
  const sources = every(repo).filter((one) => repo.kind(one) === "source");
  const tested = (one: number) => Boolean(repo.field(one, "tests")) || range(...repo.columns(one)).some((column) => repo.columnField(column, "tests"));
  const rows: [string, number, number][] = [
    ["Models understood exactly", share(models, (one) => repo.status(one) === "exact"), models.length],
    ["Models described", share(models, (one) => Boolean(repo.field(one, "about"))), models.length],
    ["Columns described", share(columns, (one) => Boolean(repo.columnField(one, "about"))), columns.length],
    ["Models tested", share(models, tested), models.length],
    ["Models with a known key", share(models, (one) => Boolean(repo.field(one, "keys"))), models.length],
    ["Columns of known type", share(columns, (one) => Boolean(repo.columnField(one, "type"))), columns.length],
    ["Sources described", share(sources, (one) => Boolean(repo.field(one, "about"))), sources.length],
    ["Exposures with an owner", share(exposures, (one) => Boolean(repo.field(one, "owner"))), exposures.length],
  ];
  return box("Scorecard", undefined, h("ul", { class: "plain bars" }, ...rows.filter(([, , count]) => count > 0).map(([name, part]) => h("li", null, h("span", null, h("span", { class: "name" }, name), meter(part), h("span", { class: "count" }, percent(part)))))));
}

/** 100 % is said of all, and 0 % of none. */
function percent(part: number): string {
  const rounded = Math.round(part * 100);
  return `${part < 1 && rounded === 100 ? 99 : part > 0 && rounded === 0 ? 1 : rounded} %`;
}

function share(all: number[], holds: (one: number) => boolean): number {
  return all.length ? all.filter(holds).length / all.length : 0;
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, at) => first + at);
}

function mostRead(repo: Repo): HTMLElement {
  const top = every(repo).filter((one) => repo.readers.count(one) > 1).sort((a, b) => repo.readers.count(b) - repo.readers.count(a)).slice(0, 8);
  return box("Read by most", link("lineage"), top.length ? h("ul", { class: "plain" }, ...top.map((one) => h("li", null, relationLink(repo, one, `${repo.readers.count(one)} readers`)))) : h("p", { class: "note" }, "Nothing is read twice."));
}

/** Why models were not understood in full, most frequent first. */
function understood(repo: Repo): HTMLElement | null {
  const doubtful = every(repo).filter((one) => repo.isBuilt(one) && repo.status(one) !== "exact");
  if (!doubtful.length) return null;
  const causes = new Map<string, number[]>();
  for (const one of doubtful) {
    for (const cause of new Set(repo.field(one, "why").split("\n").map((line) => line.split(": ")[0]!))) causes.set(cause, [...(causes.get(cause) ?? []), one]);
  }
  const top = [...causes].filter(([cause]) => cause).sort(([, a], [, b]) => b.length - a.length).slice(0, 6);
  const opaque = doubtful.filter((one) => repo.status(one) === "opaque").length;
  return box(
    "Not understood in full",
    undefined,
    h("p", { class: "note" }, `${plural(doubtful.length - opaque, "model")} in part, ${opaque} not at all.`),
    h("ul", { class: "plain" }, ...top.map(([cause, models]) => h("li", null, h("details", null, h("summary", null, h("span", { class: "name" }, cause), h("span", { class: "count" }, String(models.length))), h("ul", { class: "plain" }, ...models.slice(0, 12).map((one) => h("li", null, relationLink(repo, one)))))))),
  );
}
