// Small things that views share: links to relations and columns, badges, places in files.

import type { Repo } from "../data/repo";
import type { Verdict } from "../data/wire";
import { h } from "../dom";
import { link } from "../route";

export const VERDICTS = ["stays", "differs", "breaks"] as const;
export const LEVELS = ["info", "warn", "error"] as const;

export function relationHref(repo: Repo, relation: number): string {
  return link("lineage", [repo.id(relation)]);
}

export function columnHref(repo: Repo, column: number): string {
  return link("lineage", [repo.id(repo.relationOf(column)), repo.columnName(column)]);
}

/** A dot in the colour of its kind, and its name. */
export function relationLink(repo: Repo, relation: number, note?: string): HTMLElement {
  const verdict = repo.verdict(relation);
  return h(
    "a",
    { class: "relation", href: relationHref(repo, relation) },
    h("i", { class: `dot ${tone(repo, relation)}`, title: repo.kind(relation).replace("_", " ") }),
    h("span", { class: "name" }, repo.name(relation)),
    verdict ? h("span", { class: `verdict ${VERDICTS[verdict]}` }, VERDICTS[verdict]) : undefined,
    note ? h("span", { class: "note" }, note) : undefined,
  );
}

export function tone(repo: Repo, relation: number): string {
  const kind = repo.kind(relation);
  if (kind === "source" || kind === "seed") return kind;
  return repo.isConsumer(relation) ? "consumer" : "model";
}

export function verdictBadge(verdict: Verdict): HTMLElement {
  return h("span", { class: `verdict ${VERDICTS[verdict]}` }, VERDICTS[verdict]);
}

/** `models/orders.sql:12`, to be copied by a click. */
export function place(path: string, line?: number): HTMLElement {
  const text = line ? `${path}:${line}` : path;
  const button = h("button", { class: "place", title: "Copy", onclick: copy }, text);
  function copy(): void {
    navigator.clipboard?.writeText(text).then(
      () => {
        button.dataset.done = "copied";
        setTimeout(() => delete button.dataset.done, 1200);
      },
      () => undefined,
    );
  }
  return button;
}

/** The first few of a list, the rest on demand. */
export function some<T>(items: T[], count: number, show: (item: T) => Node): HTMLElement {
  const list = h("ul", { class: "plain" }, ...items.slice(0, count).map((item) => h("li", null, show(item))));
  if (items.length > count) {
    const more = h("button", { class: "more" }, `${(items.length - count).toLocaleString("en")} more`);
    more.addEventListener("click", () => {
      more.remove();
      list.append(...items.slice(count).map((item) => h("li", null, show(item))));
    });
    return h("div", null, list, more);
  }
  return list;
}

/** Text with `code` in it. */
export function prose(text: string): Node[] {
  return text.split(/(`[^`]+`)/).map((part) => (part.length > 2 && part.startsWith("`") && part.endsWith("`") ? h("code", null, part.slice(1, -1)) : document.createTextNode(part)));
}
