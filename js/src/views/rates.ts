// Where rates come from: the one place that names their module.
export { overall, type PerClass, perClass, type Rate, wilson } from "./rates-standin.ts";
