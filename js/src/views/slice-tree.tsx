// A tree that tells rows that are wrong from rows that are right: every node is a slice.
import { RatedRows, type Rating } from "../components/rated-rows.tsx";
import { Select } from "../components/segments.tsx";
import type { Store } from "../store/connection.ts";
import type { Asked, Content, Explored, TreeNode } from "../store/content.ts";

interface Props {
  store: Store;
  content: Content;
  explored: Partial<Explored>;
  rating: Rating;
}

const DEPTHS = [1, 2, 3, 4, 5, 6];
const LEAVES = [0.005, 0.01, 0.02, 0.05, 0.1];

export function Tree({ store, content, explored, rating }: Props) {
  const { tree = [], tree_note, asked } = explored;
  const grow = (patch: Partial<Asked>) => asked && content.grow({ ...asked, ...patch });
  const root = tree[0]?.support ?? 1;
  return (
    <div class="ew-bounded">
      {asked && store.link.status.value === "live" && (
        <div class="ew-asking ew-found-tools">
          <Select
            label="depth"
            value={String(asked.max_depth)}
            options={DEPTHS.map((depth) => [String(depth), String(depth)])}
            onChange={(depth) => grow({ max_depth: Number(depth) })}
          />
          <Select
            label="leaves"
            value={String(asked.min_leaf)}
            options={[...new Set([...LEAVES, asked.min_leaf])]
              .sort((a, b) => a - b)
              .map((leaf) => [String(leaf), `≥ ${leaf * 100} % of rows`])}
            onChange={(leaf) => grow({ min_leaf: Number(leaf) })}
          />
        </div>
      )}
      <RatedRows
        label="node"
        rows={tree}
        most={root}
        id={(node) => JSON.stringify(node.where)}
        words={(node: TreeNode) => (
          <span
            class={node.is_leaf ? "ew-leaf" : ""}
            style={{ paddingLeft: `${node.depth * 20}px` }}
          >
            <bdi>{node.words}</bdi>
          </span>
        )}
        {...rating}
      />
      <p class="ew-provenance">{tree_note}</p>
    </div>
  );
}
