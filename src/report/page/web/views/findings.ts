// Findings, grouped by rule, folder or model, and narrowed down by words and level.

import { push, type Repo } from "../data/repo";
import type { WireFinding } from "../data/wire";
import { fill, h, plural } from "../dom";
import { LEVELS, place, prose, relationHref } from "../parts/chips";
import { markdown } from "../parts/marked";
import { link, type Route } from "../route";
import type { View } from "./view";

type By = "rule" | "folder" | "model";

/** More of a group than this are shown on demand. */
const FIRST = 30;

export function findingsView(repo: Repo, route: Route): View {
  if (!repo.wire.findings) {
    return { title: "Findings", element: h("div", { class: "page empty" }, h("h1", null, "Findings"), h("p", null, "This page was made for lineage or impact alone. ", h("code", null, "sluice report"), " checks the repo too.")) };
  }
  return new FindingsView(repo, route);
}

class FindingsView implements View {
  readonly element: HTMLElement;
  readonly title = "Findings";
  private readonly list = h("div", { class: "groups" });
  private readonly said = h("p", { class: "note", "aria-live": "polite" });
  private readonly words: HTMLInputElement;
  private readonly filters = h("div", { class: "filters" });
  private query: Record<string, string> = {};

  constructor(private readonly repo: Repo, route: Route) {
    this.words = h("input", { type: "search", placeholder: "Filter: words, a rule, a path", "aria-label": "Filter findings", oninput: () => this.ask({ q: this.words.value }) });
    this.element = h("div", { class: "page findings" }, h("h1", null, "Findings"), h("div", { class: "asking" }, this.words, this.filters), this.said, this.list);
    this.update(route);
  }

  update(route: Route): boolean {
    this.query = route.query;
    if (document.activeElement !== this.words) this.words.value = route.query.q ?? "";
    this.show();
    return true;
  }

  focus(): void {
    this.words.focus();
  }

  private ask(change: Record<string, string | undefined>): void {
    const query = { ...this.query, ...change };
    history.replaceState(null, "", link("findings", [], query));
    this.query = Object.fromEntries(Object.entries(query).filter((one): one is [string, string] => Boolean(one[1])));
    this.show();
  }

  private show(): void {
    const { repo, query } = this;
    const by = (query.by ?? "rule") as By;
    const levels = new Set((query.level ?? "error,warn,info").split(","));
    const words = (query.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (one: WireFinding) => {
      if (!levels.has(LEVELS[one.level]) || (query.new && !one.new)) return false;
      const text = `${repo.text(one.rule)} ${repo.text(one.path)} ${repo.text(one.message)} ${one.relation ? repo.name(one.relation - 1) : ""}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const shown = repo.findings.filter(fits);
    this.showFilters(by, levels);
    this.said.textContent = shown.length === repo.findings.length ? `${plural(shown.length, "finding")}.` : `${shown.length.toLocaleString("en")} of ${plural(repo.findings.length, "finding")}.`;
    const groups = new Map<string, WireFinding[]>();
    for (const one of shown) push(groups, keyOf(repo, one, by), one);
    const sorted = [...groups].sort(([, a], [, b]) => worst(b) - worst(a) || b.length - a.length);
    fill(this.list, ...sorted.map(([key, some]) => group(repo, key, some, by, sorted.length <= 3 || words.length > 0)));
    if (!shown.length) fill(this.list, h("p", { class: "nothing" }, repo.findings.length ? "Nothing fits." : "No findings. All is well."));
  }

  private showFilters(by: By, levels: Set<string>): void {
    const count = (level: number) => this.repo.findings.filter((one) => one.level === level).length;
    const toggle = (level: string) => {
      const next = new Set(levels);
      if (!next.delete(level)) next.add(level);
      this.ask({ level: next.size === 3 ? undefined : [...next].join(",") || "none" });
    };
    const isNew = this.repo.findings.filter((one) => one.new).length;
    fill(
      this.filters,
      ...[2, 1, 0].map((level) => h("button", { class: "chip", "aria-pressed": levels.has(LEVELS[level]!), onclick: () => toggle(LEVELS[level]!) }, h("i", { class: `dot ${LEVELS[level]}` }), `${LEVELS[level]} ${count(level).toLocaleString("en")}`)),
      this.repo.wire.findings!.compared ? h("button", { class: "chip", "aria-pressed": Boolean(this.query.new), onclick: () => this.ask({ new: this.query.new ? undefined : "1" }) }, `brought by this change ${isNew}`) : null,
      h("span", { class: "choice" }, ...(["rule", "folder", "model"] as const).map((one) => h("button", { "aria-pressed": by === one, onclick: () => this.ask({ by: one === "rule" ? undefined : one }) }, `by ${one}`))),
    );
  }
}

function keyOf(repo: Repo, one: WireFinding, by: By): string {
  if (by === "rule") return repo.text(one.rule);
  const path = repo.text(one.path);
  if (by === "folder") return path.slice(0, Math.max(0, path.lastIndexOf("/"))) || "/";
  return one.relation ? repo.name(one.relation - 1) : path;
}

function worst(some: WireFinding[]): number {
  return Math.max(...some.map((one) => one.level));
}

function group(repo: Repo, key: string, some: WireFinding[], by: By, open: boolean): HTMLElement {
  const rule = by === "rule" ? repo.wire.findings!.rules.find((one) => repo.text(one.name) === key) : undefined;
  const body = h("div", { class: "body" });
  const details = h(
    "details",
    { class: "group", ontoggle: () => void (details.open && !body.childElementCount && fillGroup()) },
    h("summary", null, h("i", { class: `dot ${LEVELS[worst(some) as 0 | 1 | 2]}` }), h("span", { class: "name" }, key), rule ? h("span", { class: "note" }, ...prose(repo.text(rule.about))) : null, h("span", { class: "count" }, some.length.toLocaleString("en"))),
    body,
  );
  function fillGroup(): void {
    if (by === "rule") body.append(h("p", null, h("a", { class: "link", href: link("rule", [key]) }, "Why this rule, and what to do")));
    let from = 0;
    const more = h("button", { class: "more", onclick: next });
    function next(): void {
      more.remove();
      body.append(...some.slice(from, from + FIRST * (from ? 8 : 1)).map((one) => finding(repo, one, by)));
      from += FIRST * (from ? 8 : 1);
      if (from < some.length) {
        more.textContent = `${(some.length - from).toLocaleString("en")} more`;
        body.append(more);
      }
    }
    next();
  }
  if (open) {
    details.open = true;
    fillGroup();
  }
  return details;
}

function finding(repo: Repo, one: WireFinding, by: By): HTMLElement {
  const relation = one.relation ? one.relation - 1 : undefined;
  const help = repo.text(one.help);
  return h(
    "article",
    { class: "finding" },
    h("p", null, by === "rule" ? null : h("a", { class: "rule", href: link("rule", [repo.text(one.rule)]) }, h("i", { class: `dot ${LEVELS[one.level]}` }), repo.text(one.rule)), ...prose(repo.text(one.message)), one.new ? h("span", { class: "badge new" }, "new") : null, one.fix ? h("span", { class: "badge" }, one.fix === 2 ? "safe fix" : "fix") : null),
    code(repo, one),
    help ? h("p", { class: "help" }, ...prose(help)) : null,
    h("p", { class: "where" }, place(repo.text(one.path), one.line), relation === undefined ? null : h("a", { href: relationHref(repo, relation) }, repo.name(relation))),
  );
}

/** The line it speaks of, with what is meant marked. */
function code(repo: Repo, one: WireFinding): HTMLElement | null {
  const text = repo.text(one.code);
  if (!text) return null;
  const letters = [...text];
  const [start, end] = one.mark;
  const slice = (from: number, to: number) => letters.slice(from, to).join("");
  return h("pre", { class: "code" }, h("code", null, slice(0, start), end > start ? h("mark", null, slice(start, end)) : null, slice(Math.max(start, end), letters.length)));
}

/** The page of one rule. */
export function ruleView(repo: Repo, route: Route): View {
  const name = route.parts[0] ?? "";
  const rule = repo.wire.findings?.rules.find((one) => repo.text(one.name) === name);
  const found = repo.findings.filter((one) => repo.text(one.rule) === name).length;
  const body = rule ? markdown(repo.text(rule.page).replace(/^\s*# .*\n/, "")) : [h("p", null, "This page knows no such rule, or nothing was found by it.")];
  const element = h("div", { class: "page rule" }, h("p", { class: "kicker" }, h("a", { href: link("findings") }, "Findings"), " › rule"), h("h1", null, name), found ? h("p", null, h("a", { class: "button", href: link("findings", [], { q: name }) }, plural(found, "finding"))) : null, ...body);
  return { element, title: name };
}

/** One macro and who uses it. */
export function macroView(repo: Repo, route: Route): View {
  const one = repo.wire.macros[Number(route.parts[0])];
  if (!one) return { title: "Macro", element: h("div", { class: "page empty" }, h("h1", null, "No such macro")) };
  const name = repo.text(one.name);
  const element = h(
    "div",
    { class: "page" },
    h("p", { class: "kicker" }, "macro"),
    h("h1", null, h("code", null, `${name}(${repo.text(one.takes)})`)),
    h("p", { class: "where" }, place(repo.text(one.path), one.line)),
    repo.text(one.about) ? h("p", null, ...prose(repo.text(one.about))) : null,
    h("h3", null, one.used.length ? `Used by ${plural(one.used.length, "model")}` : "Used by no model"),
    h("ul", { class: "plain" }, ...one.used.map((relation) => h("li", null, h("a", { href: relationHref(repo, relation) }, repo.name(relation))))),
  );
  return { element, title: name };
}
