// Light or dark, as the host says. Hosts differ in how they say it, so the marks are listed.
import { type Signal, signal } from "@preact/signals";

export type Scheme = "light" | "dark";

// VS Code marks its light high-contrast theme with both high-contrast names, so light comes first.
const LIGHT = new Set(["vscode-light", "vscode-high-contrast-light", "light", "light-theme"]);
const DARK = new Set(["vscode-dark", "vscode-high-contrast", "dark", "dark-theme"]);

export function hostScheme(document: Document = globalThis.document): Scheme {
  const { body, documentElement: html } = document;
  const jupyter = body.dataset.jpThemeLight ?? html.dataset.jpThemeLight;
  if (jupyter !== undefined) return jupyter === "false" ? "dark" : "light";
  const classes = [...body.classList, ...html.classList];
  if (classes.some((name) => LIGHT.has(name))) return "light";
  if (classes.some((name) => DARK.has(name))) return "dark";
  const named = html.getAttribute("theme") ?? html.dataset.theme ?? body.dataset.theme;
  if (named) return named.includes("dark") ? "dark" : "light";
  const prefers = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
  return prefers?.matches ? "dark" : "light";
}

/** The page's scheme, for colours that style sheets cannot compute. */
const current: Signal<Scheme> = signal("light");

export function scheme(): Scheme {
  return current.value;
}

/** Keep `scheme()` and an element's `data-scheme` equal to the host's until the view ends. */
export function followScheme(element: HTMLElement, ended: AbortSignal): void {
  const update = () => {
    current.value = hostScheme();
    element.dataset.scheme = current.value;
  };
  update();
  const watcher = new MutationObserver(update);
  const attributes = {
    attributes: true,
    attributeFilter: ["class", "theme", "data-theme", "data-jp-theme-light"],
  };
  watcher.observe(document.body, attributes);
  watcher.observe(document.documentElement, attributes);
  const prefers = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
  prefers?.addEventListener("change", update, { signal: ended });
  ended.addEventListener("abort", () => watcher.disconnect());
}
