// A change: who breaks, who differs, who stays; and for whoever is chosen, the way from the edit to it.

import type { Repo } from "../data/repo";
import type { Verdict, WireConsumer, WireImpact } from "../data/wire";
import { fill, h, icon, ICONS, plural } from "../dom";
import { causalWay, changeScene } from "../explore/change";
import type { Card } from "../explore/scene";
import { Stage } from "../explore/stage";
import { place, prose, relationHref, VERDICTS, verdictBadge } from "../parts/chips";
import { link, type Route } from "../route";
import type { View } from "./view";

const MEANING = ["stay as they are", "will differ", "will not build, or loses what it reads"] as const;

export function impactView(repo: Repo, route: Route): View {
  return repo.wire.change ? new ImpactView(repo, route) : { element: none(), title: "Impact" };
}

function none(): HTMLElement {
  return h("div", { class: "page empty" }, h("h1", null, "Nothing to compare with"), h("p", null, "This page was made without a base. ", h("code", null, "sluice report --base main --output-file report.html"), " shows what your branch changes, and whom it reaches."));
}

class ImpactView implements View {
  readonly element: HTMLElement;
  title = "Impact";
  private readonly stage: Stage;
  private readonly list = h("div", { class: "verdicts" });
  private readonly detail = h("div", { class: "detail", "aria-live": "polite" });
  private opened = new Set<string>();

  constructor(private readonly repo: Repo, route: Route) {
    this.stage = new Stage(repo, {
      pick: (card) => void (location.hash = card?.relation === undefined ? link("impact") : link("impact", [repo.id(card.relation)])),
      open: (card) => this.open(card),
      more: (card) => void (location.hash = relationHref(repo, card.relation!)),
    });
    const fit = h("button", { title: "All of it (0)", "aria-label": "All of it (0)", onclick: () => this.stage.fit() }, icon(ICONS.fit));
    this.stage.element.append(h("div", { class: "tools" }, fit));
    this.element = h("div", { class: "explorer impact" }, h("aside", { class: "panel", "aria-label": "Who is reached" }, summary(repo), this.detail, this.list), this.stage.element);
    this.draw();
    this.update(route);
  }

  update(route: Route): boolean {
    const id = route.parts[0];
    const relation = id === undefined ? undefined : this.repo.find(id);
    const promise = relation === undefined && id ? this.repo.wire.change!.consumers.find((one) => this.repo.text(one.name) === id) : undefined;
    fill(this.list, ...lists(this.repo, id));
    fill(this.detail, ...(relation !== undefined ? detail(this.repo, relation) : promise ? consumerDetail(this.repo, promise) : []));
    if (relation === undefined) {
      this.title = "Impact";
      this.stage.pick(undefined, { quiet: true });
      return true;
    }
    this.title = `Impact on ${this.repo.name(relation)}`;
    if (this.stage.cardOf(relation) < 0 || this.stage.scene.cards[this.stage.cardOf(relation)]?.members) this.draw(relation);
    this.stage.light(causalWay(this.repo, relation));
    this.detail.scrollIntoView({ block: "nearest" });
    return true;
  }

  recolour(): void {
    this.stage.recolour();
  }

  private draw(keep?: number): void {
    const keeping = new Set(keep === undefined ? [] : causalWay(this.repo, keep));
    const scene = changeScene(this.repo, this.opened, keeping);
    this.stage.element.dataset.empty = scene.cards.length ? "" : "Nobody is reached.";
    this.stage.show(scene, { label: `What the change reaches: ${plural(scene.cards.length, "card")}. Arrow keys move along it.` });
  }

  private open(card: Card): void {
    if (card.members) {
      this.opened.add(card.key);
      this.draw();
    } else if (card.relation !== undefined) location.hash = relationHref(this.repo, card.relation);
  }
}

/** How many break, differ and stay, as words and as a bar. */
export function counts(repo: Repo): [breaks: number, differs: number, stays: number] {
  const change = repo.wire.change!;
  const count = (verdict: Verdict) => change.models.filter((one) => one.verdict === verdict).length;
  return [count(2), count(1), change.staying];
}

export function verdictBar(repo: Repo): HTMLElement {
  const [breaks, differs, stays] = counts(repo);
  const part = (count: number, name: string) => h("span", { class: name, "data-share": count, title: `${count} ${name}` });
  const bar = h("div", { class: "shares", role: "img", "aria-label": `${breaks} break, ${differs} differ, ${stays} stay` }, part(breaks, "breaks"), part(differs, "differs"), part(stays, "stays"));
  for (const one of bar.children as HTMLCollectionOf<HTMLElement>) one.style.flexGrow = one.dataset.share ?? "0";
  return bar;
}

function summary(repo: Repo): HTMLElement {
  const [breaks, differs, stays] = counts(repo);
  const change = repo.wire.change!;
  const short = (id: string) => (/^[0-9a-f]{40}$/.test(id) ? id.slice(0, 10) : id);
  return h(
    "header",
    null,
    h("p", { class: "kicker" }, change.base === change.head ? "what if" : `${short(change.base)} → ${short(change.head)}`),
    h("h2", null, breaks || differs ? [breaks ? `${plural(breaks, "model")} break${breaks === 1 ? "s" : ""}` : "", differs ? `${differs} ${differs === 1 ? "differs" : "differ"}` : ""].filter(Boolean).join(", ") : "Nothing differs"),
    verdictBar(repo),
    h("p", { class: "note" }, `${plural(stays, "model")} ${stays === 1 ? "stays as it is" : MEANING[0]}.`),
  );
}

function lists(repo: Repo, chosen: string | undefined): Node[] {
  const change = repo.wire.change!;
  return ([2, 1, 0] as const).flatMap((verdict) => {
    const models = change.models.filter((one) => one.verdict === verdict).sort((a, b) => Number(b.edited) - Number(a.edited) || (repo.name(a.relation) < repo.name(b.relation) ? -1 : 1));
    const consumers = change.consumers.filter((one) => one.verdict === verdict);
    const tests = consumers.filter((one) => one.kind === "test");
    if (!models.length && !consumers.length) return [];
    const rows = [
      ...consumers.filter((one) => one.kind !== "test").map((one) => row(one.relation ? repo.id(one.relation - 1) : repo.text(one.name), repo.text(one.name), one.kind, verdict, chosen)),
      ...models.map((one) => row(repo.id(one.relation), repo.name(one.relation), one.edited ? one.change : one.class.replace("_", " "), verdict, chosen)),
    ];
    return [
      h("details", { class: VERDICTS[verdict], open: verdict > 0 || chosen !== undefined }, h("summary", null, h("h3", null, VERDICTS[verdict]), h("span", { class: "note" }, String(rows.length + tests.length))), h("ul", { class: "plain" }, ...rows), tests.length ? promises(repo, tests) : null),
    ];
  });
}

function row(id: string, name: string, note: string, verdict: Verdict, chosen: string | undefined): HTMLElement {
  return h("li", null, h("a", { class: "reached", href: link("impact", [id]), "aria-current": id === chosen ? "true" : undefined }, h("i", { class: `dot ${VERDICTS[verdict]}` }), h("span", { class: "name" }, name), h("span", { class: "note" }, note)));
}

function promises(repo: Repo, tests: WireConsumer[]): HTMLElement {
  return h("details", { class: "tests" }, h("summary", null, plural(tests.length, "test")), h("ul", { class: "plain" }, ...tests.map((one) => h("li", null, h("a", { href: link("impact", [repo.text(one.name)]) }, repo.text(one.name))))));
}

function detail(repo: Repo, relation: number): Node[] {
  const impact = repo.impacts.get(relation);
  const consumer = repo.consumerImpacts.get(relation);
  if (consumer && !impact) return consumerDetail(repo, consumer);
  if (!impact) return [h("div", { class: "why" }, h("h3", null, repo.name(relation)), h("p", null, "The change does not reach it: it stays as it is."))];
  return [
    h(
      "div",
      { class: `why ${VERDICTS[impact.verdict]}` },
      h("h3", null, verdictBadge(impact.verdict), " ", repo.name(relation)),
      h("p", null, `${impact.change}: ${impact.meaning}.`),
      impact.facts.length ? h("ul", null, ...impact.facts.map((fact) => h("li", null, repo.text(fact)))) : null,
      columnsOf(repo, impact),
      impact.proved || impact.verdict === 0 ? null : h("p", { class: "note" }, "Not all of it was understood: it may differ less than this."),
      causes(repo, impact),
      h("p", null, h("a", { class: "button", href: relationHref(repo, relation) }, "Show in lineage")),
    ),
  ];
}

function columnsOf(repo: Repo, impact: WireImpact): HTMLElement | null {
  if (!impact.columns.length) return null;
  return h(
    "ul",
    { class: "plain changed" },
    ...impact.columns.map((one) => {
      const at = repo.findColumn(impact.relation, repo.text(one.name));
      const name = repo.text(one.name);
      const from = one.causes.map(([relation, column]) => (relation ? `${repo.name(relation - 1)}.${repo.text(column)}` : repo.text(column)));
      return h("li", null, at === undefined ? h("code", null, name) : h("a", { href: link("lineage", [repo.id(impact.relation), name]) }, h("code", null, name)), ` ${repo.text(one.said)}`, from.length ? h("span", { class: "note" }, ` from ${from.slice(0, 3).join(", ")}${from.length > 3 ? ", .." : ""}`) : null);
    }),
  );
}

/** The way from the edit, step by step. */
function causes(repo: Repo, impact: WireImpact): HTMLElement | null {
  if (!impact.because.length) return null;
  return h("div", { class: "because" }, h("h4", null, "Because"), h("ol", null, ...impact.because.map(([path, line, what]) => h("li", null, h("span", null, ...prose(repo.text(what))), place(repo.text(path), line)))));
}

function consumerDetail(repo: Repo, consumer: WireConsumer): Node[] {
  const owner = repo.text(consumer.owner);
  return [
    h(
      "div",
      { class: `why ${VERDICTS[consumer.verdict]}` },
      h("h3", null, verdictBadge(consumer.verdict), " ", repo.text(consumer.name)),
      h("p", null, `${consumer.kind}${owner ? `, owned by ${owner}` : ""}: reached through`),
      h("ul", { class: "plain" }, ...consumer.through.map(([relation, column]) => h("li", null, relation ? h("a", { href: link("impact", [repo.id(relation - 1)]) }, h("code", null, column ? `${repo.name(relation - 1)}.${repo.text(column)}` : repo.name(relation - 1))) : h("code", null, repo.text(column))))),
      consumer.relation ? h("p", null, h("a", { class: "button", href: relationHref(repo, consumer.relation - 1) }, "Show in lineage")) : null,
    ),
  ];
}
