// Reads the page's data and shows the view that the address names.

import { Repo } from "./data/repo";
import { unpack } from "./data/unpack";
import { fill, h, icon, ICONS } from "./dom";
import { helpDialog } from "./parts/help";
import { Palette } from "./parts/palette";
import { themeButton } from "./parts/theme";
import { link, parse } from "./route";
import { findingsView, macroView, ruleView } from "./views/findings";
import { impactView } from "./views/impact";
import { lineageView } from "./views/lineage";
import { overviewView } from "./views/overview";
import type { MakeView, View } from "./views/view";

const VIEWS: Record<string, MakeView> = {
  "": overviewView,
  lineage: lineageView,
  impact: impactView,
  findings: findingsView,
  rule: ruleView,
  macro: macroView,
};

/** The tabs, in order: their keys are 1, 2, .. */
const TABS: [view: string, name: string][] = [
  ["", "Overview"],
  ["lineage", "Lineage"],
  ["impact", "Impact"],
  ["findings", "Findings"],
];

async function main(): Promise<void> {
  const main = document.querySelector("main")!;
  let repo: Repo;
  try {
    repo = new Repo(await unpack(document.getElementById("data")!.textContent!));
  } catch (error) {
    fill(main, h("p", { class: "page empty" }, `This page cannot be read here: ${error}. It needs a browser of 2024 or later.`));
    return;
  }
  document.getElementById("data")!.remove();
  start(repo, main);
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

function start(repo: Repo, main: Element): void {
  const palette = new Palette(repo);
  const help = helpDialog();
  let current: { name: string; view: View } | undefined;
  const theme = themeButton(() => current?.view.recolour?.());
  const tabs = TABS.filter(([view]) => (view !== "impact" || repo.wire.change) && (view !== "findings" || repo.wire.findings));
  const links = tabs.map(([view, name]) => h("a", { href: link(view), "data-view": view }, name));
  const search = h("button", { class: "search", id: "search", onclick: () => palette.open(), "aria-keyshortcuts": "/ Control+K" }, icon(ICONS.search), h("span", null, "Search"), h("kbd", null, "/"));
  const helper = h("button", { class: "quiet", title: "Keys (?)", "aria-label": "Keys", onclick: () => help.showModal() }, icon(ICONS.help));
  fill(document.querySelector("body > header")!, h("a", { class: "brand", href: "#/", title: repo.wire.title }, mark(), h("span", null, repo.wire.title)), h("nav", { "aria-label": "Views" }, ...links), search, theme, helper);
  document.body.append(palette.element, help);

  function show(): void {
    const route = parse(location.hash);
    const name = route.view in VIEWS ? route.view : "";
    if (current?.name !== name || !current.view.update?.(route)) {
      const view = VIEWS[name]!(repo, route);
      current = { name, view };
      fill(main, view.element);
      scrollTo(0, 0);
    }
    document.title = current.view.title === repo.wire.title ? repo.wire.title : `${current.view.title} · ${repo.wire.title}`;
    const tab = name === "rule" ? "findings" : name;
    for (const one of links) one.toggleAttribute("aria-current", one.dataset.view === tab);
  }

  addEventListener("hashchange", show);
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement || document.querySelector("dialog[open]");
    const asksSearch = event.key === "/" || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
    if (asksSearch && (event.key !== "/" || !typing)) palette.open();
    else if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "?") help.showModal();
    else if (event.key === "t") theme.click();
    else if (tabs[Number(event.key) - 1]) location.hash = link(tabs[Number(event.key) - 1]![0]);
    else if (event.key === "f") current?.view.focus?.();
    else return;
    event.preventDefault();
  });
  if (!location.hash && repo.wire.view) history.replaceState(null, "", `#/${repo.wire.view}`);
  show();
}

/** Three streams that become one. */
function mark(): SVGSVGElement {
  const svg = icon("M2 4h3c3 0 3 4 6 4h3M2 8h12M2 12h3c3 0 3-4 6-4");
  svg.setAttribute("class", "mark");
  return svg;
}

void main();
