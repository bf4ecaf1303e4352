// Tables for terminals. Pure.

import { withoutInvisible } from "../lib/spelling.js";

const WIDEST_LABEL = 44;
const GAP = "  ";

/** One line that cannot rewrite a terminal. */
export function plain(text: string): string {
  return withoutInvisible(text.replace(/\s+/g, " ")).trim();
}

/**
 * Rows as aligned columns, in as many tables, one below the other, as the width takes. Ends with a new line.
 * @param heads the heading of each column except the first
 * @param width of the terminal, in characters
 */
export function textTable(
  heads: readonly string[],
  rows: readonly { label: string; cells: readonly string[] }[],
  width: number,
): string {
  const labels = rows.map(({ label }) => shortened(plain(label)));
  const labelWidth = Math.max(0, ...labels.map(lengthOf));
  const widths = heads.map((head, column) =>
    Math.max(lengthOf(head), ...rows.map(({ cells }) => lengthOf(cells[column] ?? ""))),
  );
  const tables = partsOf(widths, width - labelWidth).map((columns) => {
    const line = (label: string, cellOf: (column: number) => string) =>
      [padded(label, labelWidth), ...columns.map((column) => padded(cellOf(column), widths[column] ?? 0))]
        .join(GAP)
        .trimEnd();
    const head = line("", (column) => heads[column] ?? "");
    return [head, ...rows.map(({ cells }, row) => line(labels[row] ?? "", (column) => cells[column] ?? ""))].join("\n");
  });
  return `${tables.join("\n\n")}\n`;
}

/** The columns of each table: as many as fit, and at least one. */
function partsOf(widths: readonly number[], room: number): number[][] {
  const parts: number[][] = [];
  let left = 0;
  for (const [column, width] of widths.entries()) {
    const needed = GAP.length + width;
    const last = parts.at(-1);
    if (last === undefined || needed > left) {
      parts.push([column]);
      left = room - needed;
    } else {
      last.push(column);
      left -= needed;
    }
  }
  return parts;
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length > WIDEST_LABEL ? `${characters.slice(0, WIDEST_LABEL - 1).join("")}…` : text;
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - lengthOf(text)));
}

function lengthOf(text: string): number {
  return [...text].length;
}
