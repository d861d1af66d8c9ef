// The views by kind, as `View.kind` names them in Python.
import type { ComponentType } from "preact";
import type { Store } from "../store/connection.ts";
import type { Content } from "../store/content.ts";
import type { Options } from "../store/options.ts";
import { ConfusionMatrix } from "./confusion-matrix.tsx";
import { SliceExplorer } from "./slice-explorer.tsx";

export interface ViewProps {
  store: Store;
  /** The name under which this view contributes clauses. */
  source: string;
  /** How the view is drawn, as a person has set it. */
  options: Options;
}

export interface ContentProps extends ViewProps {
  /** What Python worked out for the view. */
  content: Content;
}

export const VIEWS: Record<string, ComponentType<ContentProps>> = {
  confusion_matrix: ConfusionMatrix,
  slice_explorer: SliceExplorer,
};
