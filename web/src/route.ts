import { signal } from "@preact/signals";

export const views = ["explore", "edit", "restyle", "whatif", "train", "evaluate"] as const;
export type ViewName = (typeof views)[number];

function read(): ViewName {
  const name = location.hash.replace(/^#\/?/, "");
  return views.find((view) => view === name) ?? "explore";
}

/** The name of the view on screen, from the address's fragment. */
export const route = signal<ViewName>(read());

addEventListener("hashchange", () => {
  route.value = read();
});

export function go(view: ViewName): void {
  location.hash = `#/${view}`;
}
