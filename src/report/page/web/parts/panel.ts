// All there is to say of one relation or one column, beside the picture.

import type { Read, Repo } from "../data/repo";
import { trace } from "../data/walk";
import { h, icon, ICONS, plural } from "../dom";
import { link } from "../route";
import { columnHref, LEVELS, place, prose, relationHref, relationLink, some, VERDICTS } from "./chips";

const FEW = 7;

export function relationPanel(repo: Repo, relation: number, focused: boolean): Node[] {
  const path = repo.path(relation);
  const reads = [...repo.reads.of(relation)];
  const readers = [...repo.readers.of(relation)];
  return [
    h("p", { class: "kicker" }, h("i", { class: `dot ${repo.isConsumer(relation) ? "consumer" : repo.kind(relation)}` }), kindWords(repo, relation)),
    h("h2", null, repo.name(relation)),
    path ? h("p", { class: "where" }, place(path)) : null,
    badges(repo, relation),
    focused ? null : h("p", null, h("a", { class: "button", href: relationHref(repo, relation) }, "Show its surroundings")),
    impactNote(repo, relation),
    about(repo.field(relation, "about")),
    why(repo, relation),
    section(`Reads ${reads.length || "nothing"}`, reads.length ? some(reads, FEW, (one) => relationLink(repo, one)) : null),
    section(readers.length ? `Read by ${readers.length}` : "Read by nobody", readers.length ? some(readers, FEW, (one) => relationLink(repo, one)) : null),
    columns(repo, relation),
    deciders(repo, relation),
    findings(repo, relation),
  ].filter((one) => one !== null);
}

function kindWords(repo: Repo, relation: number): string {
  const kind = repo.kind(relation).replace("_", " ");
  const words = [kind === "exposure" ? repo.field(relation, "materialized") || kind : kind];
  if (kind === "model" && repo.field(relation, "materialized")) words.push(repo.field(relation, "materialized"));
  if (repo.field(relation, "layer")) words.push(repo.field(relation, "layer"));
  if (repo.wire.projects.length > 1 && repo.field(relation, "project")) words.push(repo.field(relation, "project"));
  return words.join(" · ");
}

function badges(repo: Repo, relation: number): HTMLElement | null {
  const all: (HTMLElement | string | undefined)[] = [
    repo.wire.relations.gone[relation] ? h("span", { class: "badge breaks" }, "gone") : undefined,
    repo.wire.relations.contract[relation] ? h("span", { class: "badge" }, "contract") : undefined,
    ...words(repo.field(relation, "tests")).map((test) => h("span", { class: "badge" }, test)),
    ...words(repo.field(relation, "tags")).map((tag) => h("span", { class: "badge tag" }, `#${tag}`)),
    repo.field(relation, "owner") ? h("span", { class: "badge" }, `owned by ${repo.field(relation, "owner")}`) : undefined,
  ];
  const shown = all.filter((one) => one !== undefined);
  const url = repo.field(relation, "url");
  if (/^https?:/.test(url)) shown.push(h("a", { class: "badge", href: url, rel: "noreferrer", target: "_blank" }, "open it ↗"));
  return shown.length ? h("p", { class: "badges" }, ...shown) : null;
}

function words(text: string): string[] {
  return text ? text.split(", ") : [];
}

function about(text: string): HTMLElement | null {
  if (!text) return null;
  const long = text.length > 420;
  return h("p", { class: long ? "about long" : "about", onclick: (event: Event) => (event.currentTarget as Element).classList.remove("long") }, ...prose(text));
}

function why(repo: Repo, relation: number): HTMLElement | null {
  const status = repo.status(relation);
  if (status === "exact") return null;
  const lines = repo.field(relation, "why").split("\n").filter(Boolean);
  const meaning = status === "partial" ? "Some of it was not understood: lineage may claim too much here." : "It was not understood: lineage knows only what it reads.";
  return h("details", { class: "doubt" }, h("summary", null, h("span", { class: `badge ${status}` }, status), " ", meaning), h("ul", null, ...lines.map((line) => h("li", null, line))));
}

function section(title: string, ...body: (Node | null)[]): HTMLElement {
  return h("section", null, h("h3", null, title), ...body);
}

function impactNote(repo: Repo, relation: number): HTMLElement | null {
  const impact = repo.impacts.get(relation);
  const consumer = repo.consumerImpacts.get(relation);
  const verdict = impact?.verdict ?? consumer?.verdict;
  if (verdict === undefined) return null;
  const href = link("impact", [repo.id(relation)]);
  const meaning = impact ? `${impact.change}: ${impact.meaning}` : "It reads what differs.";
  return h("a", { class: `impact ${VERDICTS[verdict]}`, href }, h("strong", null, VERDICTS[verdict]), h("span", null, meaning), h("span", { class: "note" }, "why?"));
}

function columns(repo: Repo, relation: number): HTMLElement | null {
  const [first, end] = repo.columns(relation);
  if (first === end) return null;
  const all = Array.from({ length: end - first }, (_, at) => first + at);
  const list = h("div", { class: "columns" });
  const show = (filter: string) => {
    const shown = all.filter((one) => repo.columnName(one).toLowerCase().includes(filter.toLowerCase()));
    list.replaceChildren(some(shown, 40, (one) => columnRow(repo, one)));
  };
  show("");
  const filter = all.length > 14 ? h("input", { type: "search", placeholder: "Filter columns", "aria-label": "Filter columns", oninput: (event: Event) => show((event.target as HTMLInputElement).value) }) : null;
  return section(plural(all.length, "column"), filter, list);
}

function columnRow(repo: Repo, column: number): HTMLElement {
  const nullable = repo.nullable(column);
  const facts = [repo.columnField(column, "tests"), nullable === false ? "never NULL" : ""].filter(Boolean).join(" · ");
  return h(
    "a",
    { class: "column", href: columnHref(repo, column), title: repo.columnField(column, "about") || undefined },
    h("span", { class: "name" }, repo.columnName(column), repo.isKey(column) ? icon(ICONS.key) : undefined),
    h("span", { class: "type" }, repo.columnField(column, "type").toLowerCase()),
    facts ? h("span", { class: "note" }, facts) : undefined,
  );
}

function deciders(repo: Repo, relation: number): HTMLElement | null {
  const reads = repo.decidersOf(relation);
  return reads.length ? section("Its rows are decided by", some(reads, FEW, (one) => readRow(repo, one))) : null;
}

/** A column that is read, how, and where. */
function readRow(repo: Repo, read: Read, name = repo.fullName(read.column)): HTMLElement {
  return h(
    "div",
    { class: "read" },
    h("a", { href: columnHref(repo, read.column), class: "name" }, name),
    h("span", { class: "via" }, read.via.replace("_", " ")),
    read.line ? place(read.path, read.line) : undefined,
  );
}

function findings(repo: Repo, relation: number): HTMLElement | null {
  const found = repo.findingsOf(relation);
  if (!found.length) return null;
  return section(
    plural(found.length, "finding"),
    some([...found].sort((a, b) => b.level - a.level), 5, (one) =>
      h("div", { class: "finding" }, h("i", { class: `dot ${LEVELS[one.level]}` }), h("a", { href: link("rule", [repo.text(one.rule)]) }, repo.text(one.rule)), h("p", null, ...prose(repo.text(one.message))), place(repo.text(one.path), one.line)),
    ),
  );
}

export function columnPanel(repo: Repo, column: number): Node[] {
  const relation = repo.relationOf(column);
  const down = trace(repo, column, "down", false);
  const up = trace(repo, column, "up", false);
  const ends = [...up.columns.keys()].filter((one) => one !== column && repo.inputs.count(one) === 0);
  const models = new Set([...down.columns.keys()].filter((one) => one !== column).map((one) => repo.relationOf(one)));
  const nullable = repo.nullable(column);
  const facts = [repo.columnField(column, "type"), nullable === undefined ? "" : nullable ? "may be NULL" : "never NULL", repo.isKey(column) ? "key" : ""].filter(Boolean);
  const inputs = repo.readsOf(column);
  const readers = repo.readersOf(column);
  const consumers = [...down.consumers.keys()];
  return [
    h("p", { class: "kicker" }, h("i", { class: `dot ${repo.kind(relation)}` }), "column of ", h("a", { href: relationHref(repo, relation) }, repo.name(relation))),
    h("h2", null, repo.columnName(column)),
    facts.length ? h("p", { class: "facts" }, facts.join(" · ")) : null,
    repo.columnField(column, "tests") ? h("p", { class: "badges" }, ...repo.columnField(column, "tests").split(", ").map((test) => h("span", { class: "badge" }, test))) : null,
    columnImpact(repo, column),
    about(repo.columnField(column, "about")),
    section(inputs.length ? "Made from" : "Made from no other column", inputs.length ? some(inputs, FEW, (one) => readRow(repo, one)) : null),
    ends.length ? section(`In the end from ${plural(ends.length, "column")}`, some(ends, FEW, (one) => h("a", { href: columnHref(repo, one) }, repo.fullName(one)))) : null,
    section(readers.length ? `Reaches ${plural(down.columns.size - 1, "column")} in ${plural(models.size, "model")}` : "No column is made of it", readers.length ? some(readers, FEW, (one) => readRow(repo, one)) : null),
    consumers.length ? section("Shown by", some(consumers, FEW, (one) => relationLink(repo, one))) : null,
    h("p", null, h("a", { class: "button", href: relationHref(repo, relation) }, `All of ${repo.name(relation)}`)),
  ].filter((one) => one !== null);
}

function columnImpact(repo: Repo, column: number): HTMLElement | null {
  const relation = repo.relationOf(column);
  const impact = repo.impacts.get(relation);
  const own = impact?.columns.find((one) => repo.text(one.name) === repo.columnName(column));
  if (!impact || !own) return null;
  return h("a", { class: `impact ${VERDICTS[impact.verdict]}`, href: link("impact", [repo.id(relation)]) }, h("strong", null, "This change:"), h("span", null, `it ${repo.text(own.said)}`), h("span", { class: "note" }, "why?"));
}
