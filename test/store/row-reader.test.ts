// Documents that belong to another row than the one that holds them.

import { expect, test } from "vitest";
import { z } from "zod";
import { RowReader, UnreadableRow } from "../../src/store/row-reader.js";

const schema = z.object({ id: z.string(), title: z.string() });
const place = { table: "catalog_projects", key: "p1" } as const;
const docOf = (id: string) => JSON.stringify({ id, title: "Revenue" });

test("the document of another row is set aside until the row holds its own again", () => {
  const named: string[] = [];
  const rows = new RowReader(({ message }) => named.push(message));
  expect(rows.ownDoc(place, schema, docOf("p1"), "id")).toEqual({ id: "p1", title: "Revenue" });
  expect(() => rows.ownDoc(place, schema, docOf("p2"), "id")).toThrow(UnreadableRow);
  expect(rows.setAside.get("catalog_projects")).toBe(1);
  expect(named).toEqual(["a row of catalog_projects cannot be read: wrong_shape at id"]);
  rows.ownDoc(place, schema, docOf("p1"), "id");
  expect(rows.setAside.get("catalog_projects")).toBe(0);
});

test("a row counts for an hour after it could not be read the last time: nobody reads one that was removed", () => {
  let minute = 0;
  const rows = new RowReader(undefined, () => minute * 60_000);
  const count = () => rows.setAside.get("catalog_projects");
  const read = () => expect(() => rows.doc(place, schema, "{")).toThrow(UnreadableRow);
  read();
  minute = 59;
  expect(count()).toBe(1);
  read();
  minute = 118;
  expect(count()).toBe(1);
  minute = 119;
  expect(count()).toBe(0);
});
