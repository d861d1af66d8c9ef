// How many rows each group has and how wrong they are, for what an explorer looks for. The same
// numbers as `group_columns` in `errwidgets/slices/evidence.py`.
import { divide, effectiveSize, meanInterval, wilsonInterval } from "../measures/intervals.ts";
import { useAnswers } from "./answers.ts";
import type { Store } from "./connection.ts";
import type { Reading } from "./content.ts";
import type { Aggregate, Answer } from "./query.ts";
import type { Predicate } from "./selection.ts";

export interface Group {
  support: number;
  /** Mistakes, or the sum of what is looked for; weighted with weights. */
  wrong: number;
  rate: number;
  low: number;
  high: number;
}

export interface Groups {
  shape: number[];
  groups: Group[];
}

interface Rated {
  /** One for each set of keys, in their order; null while there is none. */
  rated: Groups[] | null;
  pending: boolean;
  problem: string | null;
}

interface Question {
  keys: string[];
  where: Predicate[];
}

const IN_PYTHON = "This objective is counted in Python only: see explorer.pair and .intersections.";

/** Groups of rows with what is looked for in them. */
export function useRated(store: Store, reading: Reading, questions: Question[]): Rated {
  const { truth, value } = reading;
  const known = truth !== null || value !== null;
  const queries = known ? questions.flatMap((one) => queriesOf(one, reading)) : [];
  const { answer, pending, problem } = useAnswers(store, queries);
  if (!known) return { rated: null, pending: false, problem: IN_PYTHON };
  if (value !== null && store.info.value.weight)
    return { rated: null, pending: false, problem: IN_PYTHON };
  const each = truth ? 2 : 1;
  // The answer before may be of other questions.
  const fits = answer !== null && answer.length === questions.length * each;
  const rated = fits
    ? questions.map((_, i) =>
        groupsOf(answer[i * each] as Answer, truth ? answer[i * 2 + 1] : null),
      )
    : null;
  return { rated, pending, problem };
}

function queriesOf({ keys, where }: Question, { scope, truth, value }: Reading): Aggregate[] {
  const counted = scope ? [scope, ...where] : where;
  const all: Aggregate = { ask: "aggregate", keys, where: counted };
  if (truth) return [all, { ...all, where: [...counted, truth] }];
  return [{ ...all, value }];
}

/** @param wrong The rows that are wrong among `all`; null where numbers are summed. */
export function groupsOf(all: Answer, wrong: Answer | null | undefined): Groups {
  const groups = Array.from(all.counts, (support, i) => {
    const weight = all.weights ? (all.weights[i] as number) : support;
    const squares = all.squares ? (all.squares[i] as number) : support;
    const size = effectiveSize(weight, squares);
    const sums = wrong ? (wrong.weights ?? wrong.counts) : all.sums;
    const sum = sums?.[i] ?? 0;
    const rate = divide(sum, weight);
    if (wrong) {
      const [low, high] = wilsonInterval(Math.min(1, rate), size);
      return { support, wrong: sum, rate, low, high };
    }
    const variance = divide(all.sum_squares?.[i] ?? 0, weight) - rate * rate;
    const [low, high] = meanInterval(rate, variance, size, 0);
    return { support, wrong: sum, rate, low, high };
  });
  return { shape: all.shape, groups };
}
