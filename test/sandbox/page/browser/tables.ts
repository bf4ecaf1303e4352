// Sorts the rows of a table by the column whose heading somebody presses, and the other way round when they press it again.

import { within } from "./forms.js";

export function listenToTables(): void {
  document.addEventListener("click", (event) => {
    const heading = within(event.target, "[data-sorts]")?.closest("th");
    const [body] = heading?.closest("table")?.tBodies ?? [];
    if (!heading || !body) return;
    const isDown = heading.ariaSort === "ascending";
    for (const other of heading.parentElement?.children ?? []) other.ariaSort = null;
    heading.ariaSort = isDown ? "descending" : "ascending";
    const ofCell = (row: HTMLTableRowElement) => row.cells.item(heading.cellIndex);
    const rows = [...body.rows].sort((one, other) => compared(ofCell(one), ofCell(other)));
    body.append(...(isDown ? rows.reverse() : rows));
  });
}

/** A text may have a number that decides in its place. */
function compared(one: HTMLElement | null, other: HTMLElement | null): number {
  const [number, otherNumber] = [one?.dataset.number, other?.dataset.number];
  if (number !== undefined && otherNumber !== undefined) return Number(number) - Number(otherNumber);
  return (one?.textContent ?? "").localeCompare(other?.textContent ?? "", "en");
}
