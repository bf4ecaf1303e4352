// What a benchmark says, as Markdown, which also reads well in a terminal.

export interface Report {
  /** What was measured, what is good, and what each figure means; one paragraph. */
  about: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A paragraph and a table, whose columns are as wide as their longest cell. */
export function markdownOf({ about, head, rows }: Report): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [about, "", line(head), rule, ...rows.map(line)].join("\n");
}

/** The value below which a share (0 to 1) of the others lie; NaN where there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** `0.42 ms`, `4.2 ms`, `42 ms`: as many digits as mean something. */
export function ms(time: number): string {
  return `${time.toFixed(time < 1 ? 2 : time < 10 ? 1 : 0)} ms`;
}

export function megabytes(bytes: number): string {
  return Number.isNaN(bytes) ? "-" : `${(bytes / 1e6).toFixed(0)} MB`;
}

/** How many times as much `value` is as `other`. */
export function ratio(value: number, other: number): string {
  return `${(value / other).toFixed(2)} x`;
}
