// The search: opened by `/` or Ctrl K from anywhere, worked by the keyboard alone.

import { Search, type Hit, type Scope } from "../data/search";
import type { Repo } from "../data/repo";
import { h } from "../dom";
import { link } from "../route";
import { columnHref, relationHref, tone } from "./chips";

const SCOPES: Scope[] = ["all", "models", "columns", "sources", "exposures", "macros"];

export class Palette {
  readonly element: HTMLDialogElement;
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly tabs: HTMLElement[];
  private search?: Search;
  private scope: Scope = "all";
  private hits: Hit[] = [];
  private chosen = 0;

  constructor(private readonly repo: Repo) {
    this.input = h("input", {
      type: "text",
      role: "combobox",
      "aria-expanded": true,
      "aria-controls": "hits",
      "aria-label": "Search",
      placeholder: "Model, column, source, exposure, macro",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.look(),
      onkeydown: (event: Event) => this.key(event as KeyboardEvent),
    });
    this.list = h("ul", { id: "hits", role: "listbox", "aria-label": "Found" });
    this.tabs = SCOPES.map((scope) => h("button", { type: "button", tabindex: -1, onclick: () => this.choose(scope) }, scope));
    this.element = h(
      "dialog",
      { class: "palette", "aria-label": "Search", onclick: (event: Event) => void (event.target === this.element && this.element.close()) },
      h("div", { class: "box" }, this.input, h("div", { class: "scopes" }, ...this.tabs), this.list, h("p", { class: "hint" }, "↑ ↓ choose   ↵ open   ⇥ narrow   esc close")),
    );
  }

  open(): void {
    if (this.element.open) return;
    this.search ??= new Search(this.repo);
    this.element.showModal();
    this.input.select();
    this.choose("all");
  }

  private choose(scope: Scope): void {
    this.scope = scope;
    this.tabs.forEach((tab, at) => tab.setAttribute("aria-pressed", String(SCOPES[at] === scope)));
    this.input.focus();
    this.look();
  }

  private look(): void {
    const words = this.input.value.trim();
    this.hits = words ? this.search!.find(words, this.scope, this.scope === "all" ? 8 : 40) : this.search!.first(8);
    this.chosen = 0;
    const rows = this.hits.map((hit, at) => this.row(hit, at));
    this.list.replaceChildren(...(rows.length ? rows : [h("li", { class: "nothing" }, "Nothing is called so.")]));
    this.mark();
  }

  private row(hit: Hit, at: number): HTMLElement {
    const { repo } = this;
    const [dot, note] = describe(repo, hit);
    return h(
      "li",
      { role: "option", id: `hit${at}`, onclick: () => this.go(at), onpointermove: () => void (this.chosen !== at && ((this.chosen = at), this.mark())) },
      h("i", { class: `dot ${dot}` }),
      h("span", { class: "name" }, ...highlighted(hit)),
      h("span", { class: "note" }, note),
    );
  }

  private mark(): void {
    [...this.list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === this.chosen)));
    this.input.setAttribute("aria-activedescendant", this.hits.length ? `hit${this.chosen}` : "");
    this.list.children[this.chosen]?.scrollIntoView({ block: "nearest" });
  }

  private key(event: KeyboardEvent): void {
    const move: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = move[event.key];
    if (step !== undefined && this.hits.length) {
      this.chosen = (this.chosen + step + this.hits.length) % this.hits.length;
      this.mark();
    } else if (event.key === "Enter") this.go(this.chosen);
    else if (event.key === "Tab") this.choose(SCOPES[(SCOPES.indexOf(this.scope) + (event.shiftKey ? SCOPES.length - 1 : 1)) % SCOPES.length]!);
    else return;
    event.preventDefault();
  }

  private go(at: number): void {
    const hit = this.hits[at];
    if (!hit) return;
    this.element.close();
    location.hash = hrefOf(this.repo, hit);
  }
}

function describe(repo: Repo, hit: Hit): [string, string] {
  if (hit.kind === "macro") return ["macro", "macro"];
  if (hit.kind === "column") return [tone(repo, repo.relationOf(hit.column)), repo.columnField(hit.column, "type").toLowerCase() || "column"];
  const kind = repo.kind(hit.relation).replace("_", " ");
  return [tone(repo, hit.relation), kind === "model" ? repo.folder(hit.relation).replace(/^models\//, "") : kind];
}

function hrefOf(repo: Repo, hit: Hit): string {
  if (hit.kind === "macro") return link("macro", [String(hit.macro)]);
  return hit.kind === "column" ? columnHref(repo, hit.column) : relationHref(repo, hit.relation);
}

/** The letters that were asked for stand out. */
function highlighted({ name, marks }: Hit): Node[] {
  const parts: Node[] = [];
  let at = 0;
  for (let pair = 0; pair + 1 < marks.length; pair += 2) {
    const [start, end] = [marks[pair]!, marks[pair + 1]!];
    if (start > at) parts.push(document.createTextNode(name.slice(at, start)));
    parts.push(h("mark", null, name.slice(start, end)));
    at = end;
  }
  parts.push(document.createTextNode(name.slice(at)));
  return parts;
}
