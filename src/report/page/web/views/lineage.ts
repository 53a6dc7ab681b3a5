// The explorer: the map of the repo, one relation and its surroundings, or one column and all it is made of.

import type { Repo } from "../data/repo";
import { fill, h, icon, ICONS, plural } from "../dom";
import { columnPicture } from "../explore/column";
import { chosenScene, comfortable, focusScene, type Reach } from "../explore/focus";
import { allGroups, mapPicture, type By } from "../explore/map";
import type { Card, Scene } from "../explore/scene";
import { Stage } from "../explore/stage";
import { columnHref, relationHref } from "../parts/chips";
import { columnPanel, relationPanel } from "../parts/panel";
import { link, type Route } from "../route";
import type { View } from "./view";

/** What is looked at. */
type Subject = { kind: "map"; by: By } | { kind: "relation"; relation: number } | { kind: "column"; column: number; rows: boolean } | { kind: "chosen"; relations: number[] };

/** More opened groups than this are not listed one by one. */
const MOST_CHIPS = 5;

export function lineageView(repo: Repo, route: Route): View {
  return new LineageView(repo, route);
}

class LineageView implements View {
  readonly element: HTMLElement;
  title = "Lineage";
  private readonly stage: Stage;
  private readonly panel = h("aside", { class: "panel", "aria-label": "Details" });
  private readonly bar = h("div", { class: "bar" });
  private subject: Subject = { kind: "map", by: "folder" };
  private route: Route;
  private opened = new Set<string>();
  private further = new Map<number, Set<"up" | "down">>();
  private allColumns = false;
  private reach: Reach = { up: 1, down: 1 };
  private says = "";

  constructor(private readonly repo: Repo, route: Route) {
    this.stage = new Stage(repo, {
      pick: (card) => this.pick(card),
      open: (card, column) => this.open(card, column),
      more: (card, what) => this.more(card, what),
      tell: (line) => this.tell(line),
    });
    const tools = h(
      "div",
      { class: "tools" },
      tool("Nearer (+)", ICONS.plus, () => this.stage.zoom(1.3)),
      tool("Farther (-)", ICONS.minus, () => this.stage.zoom(1 / 1.3)),
      tool("All of it (0)", ICONS.fit, () => this.stage.fit()),
    );
    this.stage.element.append(this.bar, tools);
    this.element = h("div", { class: "explorer" }, this.stage.element, this.panel);
    this.route = route;
    this.update(route);
  }

  update(route: Route): boolean {
    const subject = subjectOf(this.repo, route);
    const same = JSON.stringify(subject) === JSON.stringify(this.subject);
    const before = this.subject;
    this.route = route;
    this.subject = subject;
    if (!same) {
      this.opened = new Set();
      this.further = new Map();
      this.allColumns = false;
    }
    if (subject.kind === "relation") {
      const { up, down } = route.query;
      const fits = comfortable(this.repo, subject.relation);
      this.reach = { up: Number(up ?? fits.up), down: Number(down ?? fits.down) };
    }
    this.draw(keyOf(this.repo, subject, before));
    return true;
  }

  recolour(): void {
    this.stage.recolour();
  }

  focus(): void {
    this.stage.focus();
  }

  private draw(keep?: string, stay = false): void {
    const { repo, subject } = this;
    let scene: Scene;
    switch (subject.kind) {
      case "map": {
        const picture = mapPicture(repo, subject.by, this.opened);
        scene = picture.scene;
        this.title = "Lineage";
        this.says = `${plural(scene.cards.length, "card")} of ${plural(repo.size, "relation")}`;
        this.mapBar(subject.by, picture.opened, scene);
        this.mapPanel(scene);
        break;
      }
      case "chosen":
        scene = chosenScene(repo, subject.relations, this.opened);
        this.title = plural(subject.relations.length, "relation");
        this.says = this.title;
        fill(this.bar, this.crumbs(), h("span", { class: "note" }, `${this.title} chosen`));
        this.mapPanel(scene);
        break;
      case "relation":
        scene = focusScene(repo, subject.relation, this.reach, { opened: this.opened, further: this.further, allColumns: this.allColumns });
        this.title = repo.name(subject.relation);
        this.says = `${this.title}: reads ${repo.reads.count(subject.relation)}, read by ${repo.readers.count(subject.relation)}`;
        this.relationBar(subject.relation);
        fill(this.panel, ...relationPanel(repo, subject.relation, true));
        break;
      case "column":
        scene = this.drawColumn(subject.column, subject.rows);
        break;
    }
    this.panel.scrollTop = 0;
    this.stage.show(scene, { keep, stay, label: `Lineage of ${this.says}. Arrow keys move along it, Enter opens.` });
  }

  private drawColumn(column: number, rows: boolean): Scene {
    const { repo } = this;
    const depth = this.route.query.depth;
    const picture = columnPicture(repo, column, rows, this.opened, depth ? Number(depth) : undefined);
    const relation = repo.relationOf(column);
    const parts = [repo.id(relation), repo.columnName(column)];
    this.title = repo.fullName(column);
    const made = picture.up.columns.size - 1;
    const reached = picture.down.columns.size - 1;
    this.says = `${this.title}: made from ${plural(made, "column")}, reaches ${plural(reached, "column")}`;
    fill(
      this.bar,
      this.crumbs(h("a", { href: relationHref(repo, relation) }, repo.name(relation)), h("strong", null, repo.columnName(column))),
      h("label", { class: "switch" }, h("input", { type: "checkbox", checked: rows, onchange: () => void (location.hash = link("lineage", parts, { rows: rows ? undefined : 1, depth })) }), "also what decides rows"),
      picture.complete ? null : h("a", { class: "chip", href: link("lineage", parts, { rows: rows ? 1 : undefined, depth: 99 }) }, `${picture.depth} reads each way; show all`),
    );
    fill(this.panel, ...columnPanel(repo, column));
    return picture.scene;
  }

  private crumbs(...more: Node[]): HTMLElement {
    const parts: Node[] = [h("a", { href: link("lineage") }, "Map"), ...more];
    return h("nav", { class: "crumbs", "aria-label": "Where" }, ...parts.flatMap((part, at) => (at ? [h("span", { "aria-hidden": "true" }, "›"), part] : [part])));
  }

  private mapBar(by: By, opened: { key: string; title: string }[], scene: Scene): void {
    const choice = (one: By) => h("a", { href: link("lineage", [], { by: one === "folder" ? undefined : one }), "aria-current": by === one ? "true" : undefined }, `by ${one}`);
    const groups = allGroups(scene);
    fill(
      this.bar,
      h("span", { class: "choice" }, choice("folder"), choice("layer")),
      ...(opened.length > MOST_CHIPS ? [] : opened).map(({ key, title }) => h("button", { class: "chip", title: "Close this group", onclick: () => this.toggle(key) }, title || key.split("|").at(-1)!, icon(ICONS.close))),
      opened.length > 1 ? h("button", { class: "chip", onclick: () => this.closeAll() }, `close all ${opened.length}`, icon(ICONS.close)) : null,
      groups.length ? h("button", { class: "chip", id: "open-all", onclick: () => this.openAll() }, "open all") : null,
    );
  }

  private mapPanel(scene: Scene): void {
    const { repo } = this;
    fill(
      this.panel,
      h("h2", null, "Map"),
      h("p", { class: "about" }, "What is read stands left of who reads it. A stack of cards is a group: click it to open it. Click a model for its details, twice for its surroundings."),
      h("section", null, h("h3", null, "In this picture"), h("ul", { class: "plain" }, ...scene.cards.slice(0, 60).map((one) => h("li", null, one.relation === undefined ? h("button", { class: "group", onclick: () => this.toggle(one.key) }, h("span", { class: "name" }, one.title), h("span", { class: "note" }, one.note)) : h("a", { href: relationHref(repo, one.relation) }, one.title))))),
      scene.cards.length > 60 ? h("p", { class: "note" }, `and ${scene.cards.length - 60} more; search finds them.`) : null,
    );
  }

  private relationBar(relation: number): void {
    const stepper = (side: "up" | "down", words: string) => {
      const set = (value: number) => void (location.hash = link("lineage", [this.repo.id(relation)], { ...this.reach, [side]: value }));
      return h(
        "span",
        { class: "stepper" },
        h("button", { "aria-label": `Less ${words}`, disabled: this.reach[side] === 0, onclick: () => set(this.reach[side] - 1) }, "−"),
        h("span", null, `${this.reach[side]} ${words}`),
        h("button", { "aria-label": `More ${words}`, onclick: () => set(this.reach[side] + 1) }, "+"),
      );
    };
    fill(this.bar, this.crumbs(h("strong", null, this.repo.name(relation))), stepper("up", "upstream"), stepper("down", "downstream"));
  }

  private pick(card: Card | undefined): void {
    if (card?.relation !== undefined) {
      const focused = this.subject.kind === "relation" && this.subject.relation === card.relation;
      fill(this.panel, ...relationPanel(this.repo, card.relation, focused));
      this.panel.scrollTop = 0;
    } else if (!card && this.subject.kind === "relation") fill(this.panel, ...relationPanel(this.repo, this.subject.relation, true));
  }

  private open(card: Card, column?: number): void {
    if (column !== undefined) location.hash = columnHref(this.repo, column);
    else if (card.members) this.toggle(card.key);
    else if (card.relation !== undefined) location.hash = relationHref(this.repo, card.relation);
  }

  private more(card: Card, what: "up" | "down" | "columns"): void {
    if (what === "columns") {
      if (this.subject.kind === "relation") this.allColumns = true;
      else return void (location.hash = relationHref(this.repo, card.relation!));
    } else if (this.subject.kind !== "relation") return void (location.hash = relationHref(this.repo, card.relation!));
    else this.further.set(card.relation!, new Set([...(this.further.get(card.relation!) ?? []), what]));
    this.draw(card.key, true);
  }

  private toggle(key: string): void {
    if (!this.opened.delete(key)) this.opened.add(key);
    this.draw();
  }

  private closeAll(): void {
    this.opened.clear();
    this.draw();
  }

  /** Opens groups until there are none: the whole repo in one picture. */
  private openAll(): void {
    const { subject } = this;
    if (subject.kind !== "map") return;
    for (let groups = allGroups(this.stage.scene); groups.length; ) {
      groups.forEach((key) => this.opened.add(key));
      groups = allGroups(mapPicture(this.repo, subject.by, this.opened).scene).filter((key) => !this.opened.has(key));
    }
    this.draw();
  }

  private tell(number: number): string {
    const { repo } = this;
    const line = this.stage.scene.lines[number]!;
    const [from, to] = [this.stage.scene.cards[line.from]!, this.stage.scene.cards[line.to]!];
    if (line.edge !== undefined) {
      const read = repo.wire.edges;
      const name = (card: Card, row: number) => (row >= 0 ? repo.fullName(card.rows[row]!.column) : card.title);
      return `${name(to, line.toRow)} · ${repo.via(line.edge).replace("_", " ")} of ${name(from, line.fromRow)}${read.line[line.edge] ? ` · line ${read.line[line.edge]}` : ""}`;
    }
    return `${to.title} reads ${from.title}${line.weight > 1 ? ` (${line.weight} reads)` : ""}`;
  }
}

function tool(title: string, path: string, act: () => void): HTMLElement {
  return h("button", { title, "aria-label": title, onclick: act }, icon(path));
}

function subjectOf(repo: Repo, { parts, query }: Route): Subject {
  const [id, name] = parts;
  if (query.only === "chosen" && repo.wire.chosen) return { kind: "chosen", relations: repo.wire.chosen };
  const relation = id === undefined ? undefined : repo.find(id);
  if (relation === undefined) return { kind: "map", by: query.by === "layer" ? "layer" : "folder" };
  const column = name === undefined ? undefined : repo.findColumn(relation, name);
  return column === undefined ? { kind: "relation", relation } : { kind: "column", column, rows: query.rows === "1" };
}

/** The card that stays in place between two pictures. */
function keyOf(repo: Repo, subject: Subject, before: Subject): string | undefined {
  if (subject.kind === "map" || subject.kind === "chosen" || before.kind === "map") return undefined;
  return `r${subject.kind === "relation" ? subject.relation : repo.relationOf(subject.column)}`;
}

