// Light or dark: as the system says, until somebody says otherwise here.

import { h, icon, ICONS } from "../dom";

const KEY = "sluice-theme";
const DARK = matchMedia("(prefers-color-scheme: dark)");

export function isDark(): boolean {
  const chosen = stored();
  return chosen ? chosen === "dark" : DARK.matches;
}

export function themeButton(changed: () => void): HTMLElement {
  const button = h("button", { class: "quiet", id: "theme", title: "Light or dark (t)", "aria-label": "Light or dark", onclick: toggle });
  function toggle(): void {
    store(isDark() ? "light" : "dark");
    apply();
  }
  function apply(): void {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    button.replaceChildren(icon(isDark() ? ICONS.sun : ICONS.moon));
    changed();
  }
  DARK.addEventListener("change", apply);
  apply();
  return button;
}

// A page opened from disk may be refused its storage.

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function store(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    document.documentElement.dataset.theme = theme;
  }
}
