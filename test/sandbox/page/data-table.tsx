// A table with all of its rows, which browser/tables.ts sorts by a column, as Slack does.

import type { ReactNode } from "react";
import { isRecord, type Json, recordsAt, stringAt } from "../slack/json.js";
import { withEmoji } from "./emoji.js";

export function DataTable({ block }: { block: Json }): ReactNode {
  const rows = Array.isArray(block.rows)
    ? block.rows.map((row) => (Array.isArray(row) ? row.filter(isRecord) : []))
    : [];
  const [header = [], ...body] = rows;
  return (
    <table className="data-table">
      <caption>{stringAt(block, "caption")}</caption>
      <thead>
        <tr>
          {header.map((cell, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity but their place
            <th key={column} scope="col">
              <button type="button" data-sorts="">
                {stringAt(cell, "text")}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {body.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          <tr key={index}>
            {row.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity but their place
              <td key={column} data-number={typeof cell.value === "number" ? cell.value : undefined}>
                {contentOf(cell)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A cell holds text, or rich text with links. */
function contentOf(cell: Json): ReactNode {
  if (cell.type !== "rich_text") return withEmoji(stringAt(cell, "text") ?? "");
  const parts = recordsAt(cell, "elements").flatMap((section) => recordsAt(section, "elements"));
  return parts.map((part, index) => {
    const url = stringAt(part, "url");
    const text = stringAt(part, "text") ?? url ?? "";
    return url === undefined ? (
      text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
      <a key={index} href={url} target="_blank" rel="noreferrer">
        {text}
      </a>
    );
  });
}
