// Which collections a project is in, as Hex says it in its sharing.

import { describe, expect, test } from "vitest";
import { projectSchema } from "../../src/hex/schema.js";

describe("the collections of a project", () => {
  const collectionsOf = (sharing: unknown) => projectSchema.parse({ id: "p1", title: "Revenue", sharing }).collections;
  const entry = (name: unknown, access: unknown = "CAN_VIEW") => ({ access, collection: { name } });

  test("are those that give access", () => {
    expect(collectionsOf({ collections: [entry("Board"), entry("Old", "NONE"), entry("Sales", "APP_ONLY")] })).toEqual([
      "Board",
      "Sales",
    ]);
    expect(collectionsOf({ collections: [] })).toEqual([]);
  });

  test.each([
    ["Hex was not asked", undefined],
    ["Hex says nothing of them", { users: [] }],
    ["it is null", null],
    ["one cannot be read", { collections: [entry("Board"), entry(null)] }],
    ["one has no access", { collections: [{ collection: { name: "Board" } }] }],
    ["there are more than anybody has", { collections: Array.from({ length: 101 }, () => entry("Board")) }],
  ])("are not known when %s", (_, sharing) => {
    expect(collectionsOf(sharing)).toBeUndefined();
    expect(projectSchema.parse({ id: "p1", sharing })).not.toHaveProperty("collections");
  });
});
