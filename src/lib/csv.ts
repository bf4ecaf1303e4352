// A line of CSV, as in RFC 4180.

/**
 * Ends with its line break. A spreadsheet takes none of the texts for a formula, and none rewrites the terminal that prints it.
 * Source: OWASP, CSV injection.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(text: string): string {
  const printable = text.replace(/(?![\t\r\n])\p{Cc}/gu, "\uFFFD");
  const harmless = /^[=+\-@＝＋－＠\t\r\n]/.test(printable) ? `'${printable}` : printable;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
