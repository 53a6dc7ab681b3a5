// The keys, in a dialog.

import { h } from "../dom";

const KEYS: [string, string][] = [
  ["/ or Ctrl K", "search"],
  ["1 2 3 4", "overview, lineage, impact, findings"],
  ["t", "light or dark"],
  ["f", "to the picture, or to the filter"],
  ["← →", "in a picture: to what is read, to who reads"],
  ["↑ ↓", "in a picture: to the card above, below"],
  ["Enter", "open what is picked"],
  ["+ − 0", "nearer, farther, all of it"],
  ["Esc", "let go"],
];

export function helpDialog(): HTMLDialogElement {
  const dialog = h("dialog", { class: "keys", "aria-label": "Keys", onclick: (event: Event) => void (event.target === dialog && dialog.close()) });
  const rows = KEYS.flatMap(([key, does]) => [h("dt", null, h("kbd", null, key)), h("dd", null, does)]);
  dialog.append(h("div", { class: "box" }, h("h2", null, "Keys"), h("dl", null, ...rows), h("form", { method: "dialog" }, h("button", { class: "button" }, "Close"))));
  return dialog;
}
