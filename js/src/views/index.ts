// The views by kind, as `View.kind` names them in Python.
import { type ComponentChildren, type ComponentType, h } from "preact";
import type { Store } from "../store/connection.ts";
import { Content } from "../store/content.ts";
import { Explanations } from "../store/explained.ts";
import type { Model } from "../store/model.ts";
import type { Options } from "../store/options.ts";
import { ConfusionMatrix } from "./confusion-matrix.tsx";
import { ExplanationPanel } from "./explanation-panel.tsx";
import { SliceExplorer } from "./slice-explorer.tsx";

export interface ViewProps {
  store: Store;
  /** The name under which this view contributes clauses. */
  source: string;
  /** How the view is drawn, as a person has set it. */
  options: Options;
}

export interface ContentProps<C = Content> extends ViewProps {
  /** What Python worked out for the view. */
  content: C;
}

type Shown = (model: Model, ended: AbortSignal, props: ViewProps) => ComponentChildren;

/** A view with what Python tells it. */
function telling<C>(
  View: ComponentType<ContentProps<C>>,
  Told: new (model: Model, ended: AbortSignal) => C,
): Shown {
  return (model, ended, props) => h(View, { ...props, content: new Told(model, ended) });
}

export const VIEWS: Record<string, Shown> = {
  confusion_matrix: (_model, _ended, props) => h(ConfusionMatrix, props),
  slice_explorer: telling(SliceExplorer, Content),
  explanation_panel: telling(ExplanationPanel, Explanations),
};
