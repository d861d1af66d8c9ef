// Some rows of the selection as text, where the user lets a notebook keep them.
import type { Store } from "../store/connection.ts";
import { count } from "./format.ts";

export function RowsKept({ store }: { store: Store }) {
  const page = store.rows.value;
  if (!page) return null;
  const { total, columns, index, rows } = page;
  const some = rows.length < total ? `First ${count(rows.length)} of ${count(total)}` : "All";
  return (
    <details class="ew-rows-kept">
      <summary>{some} selected rows</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <div class="ew-rows-scroll" tabIndex={0} role="group" aria-label="Selected rows">
        <table>
          <thead>
            <tr>
              <th scope="col" />
              {columns.map((name, i) => (
                <th key={i} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                <th scope="row">{index[i]}</th>
                {row.map((text, j) => (
                  <td key={j}>{text}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
