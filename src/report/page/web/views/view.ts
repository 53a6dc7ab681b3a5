// What every view is: an element, and what it does when its address changes or it goes.

import type { Repo } from "../data/repo";
import type { Route } from "../route";

export interface View {
  element: HTMLElement;
  title: string;
  /** Shows another state of the same view; `false` where it cannot. */
  update?(route: Route): boolean;
  recolour?(): void;
  /** Where the keyboard starts. */
  focus?(): void;
}

export type MakeView = (repo: Repo, route: Route) => View;
