// The views by kind, as `View.kind` names them in Python.
import type { ComponentType } from "preact";
import type { Store } from "../store/connection.ts";
import type { Options } from "../store/options.ts";
import { ConfusionMatrix } from "./confusion-matrix.tsx";

export interface ViewProps {
  store: Store;
  /** The name under which this view contributes clauses. */
  source: string;
  /** How the view is drawn, as a person has set it. */
  options: Options;
}

export const VIEWS: Record<string, ComponentType<ViewProps>> = {
  confusion_matrix: ConfusionMatrix,
};
