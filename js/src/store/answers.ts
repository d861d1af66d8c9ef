// How a view gets an answer: at once where it is known, else when it comes, keeping the last one.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Store } from "./connection.ts";
import { type AnswerOf, Lacking, type Query } from "./query.ts";

export interface Asked<A> {
  /** The answer; while a new one is on its way the one before. */
  answer: A | null;
  pending: boolean;
  /** Why there is none, in words. */
  problem: string | null;
}

type Got<A> = { answer: A } | { problem: string };

export function useAnswer<Q extends Query>(store: Store, query: Q): Asked<AnswerOf<Q>> {
  const { answer, ...rest } = useAnswers(store, [query]);
  return { answer: answer?.[0] ?? null, ...rest };
}

/** The answers of several questions, all or none. */
export function useAnswers<Q extends Query>(
  store: Store,
  queries: readonly Q[],
): Asked<AnswerOf<Q>[]> {
  type A = AnswerOf<Q>[];
  const edition = store.edition.value;
  const key = JSON.stringify(queries);
  const now = useMemo(() => attempt(store, queries), [key, edition]);
  const [late, setLate] = useState<{ of: unknown; got: Got<A> } | null>(null);
  const last = useRef<A | null>(null);
  useEffect(() => {
    if (!(now instanceof Promise)) return;
    let wanted = true;
    now.then((got) => wanted && setLate({ of: now, got }));
    return () => {
      wanted = false;
    };
  }, [now]);
  const got = now instanceof Promise ? (late?.of === now ? late.got : null) : now;
  if (got && "answer" in got) last.current = got.answer;
  return {
    answer: last.current,
    pending: got === null,
    problem: got && "problem" in got ? got.problem : null,
  };
}

function attempt<Q extends Query>(
  store: Store,
  queries: readonly Q[],
): Got<AnswerOf<Q>[]> | Promise<Got<AnswerOf<Q>[]>> {
  const fail = (error: unknown) => ({ problem: explained(error) });
  try {
    const answers = queries.map((query) => store.ask(query));
    if (answers.some((one) => one instanceof Promise))
      return Promise.all(answers).then((known) => ({ answer: known }), fail);
    return { answer: answers as AnswerOf<Q>[] };
  } catch (error) {
    return fail(error);
  }
}

function explained(error: unknown): string {
  if (error instanceof Lacking)
    return `This needs ${[...error.codes, ...error.values].join(", ")}, which a saved view does not hold. Run the cell again.`;
  return error instanceof Error ? error.message : String(error);
}
