import { expect, test } from "vitest";
import { Emitter } from "../../src/lib/emitter.js";

test("every listener hears of every event, in the order in which they were added", () => {
  const heard: string[] = [];
  const emitter = new Emitter<number>();
  emitter.emit(0);
  emitter.on((event) => heard.push(`first ${event}`));
  emitter.on((event) => heard.push(`second ${event}`));
  emitter.emit(1);
  emitter.emit(2);
  expect(heard).toEqual(["first 1", "second 1", "first 2", "second 2"]);
});
