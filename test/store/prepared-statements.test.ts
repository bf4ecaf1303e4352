// Statements that stay prepared, on a real file.

import Database from "libsql";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PreparedStatements } from "../../src/store/prepared-statements.js";

let asked: string[];
let file: Database.Database;
let statements: PreparedStatements;
beforeEach(() => {
  asked = [];
  file = new Database(":memory:");
  file.exec("create table runs (key text primary key, state text not null)");
  const prepare = (sql: string) => {
    asked.push(sql);
    return file.prepare(sql);
  };
  statements = new PreparedStatements({ prepare, close: () => file.close() });
});
afterEach(() => {
  if (file.open) statements.close();
});

const INSERT = "insert into runs (key, state) values (?, ?)";
const SELECT = "select * from runs where state = ? order by key";
const insert = (key: string, state: string | null) => statements.prepare(INSERT).run([key, state]);
const select = (state: string) => statements.prepare(SELECT).all([state]);

test("each is prepared once, and takes other values each time", () => {
  insert("a", "running");
  insert("b", "ended");
  expect(select("running")).toEqual([{ key: "a", state: "running" }]);
  expect(select("ended")).toEqual([{ key: "b", state: "ended" }]);
  expect(select("lost")).toEqual([]);
  expect(asked).toEqual([INSERT, SELECT]);
});

test("one that failed works again, and holds up nothing", () => {
  insert("a", "running");
  expect(() => insert("a", "running")).toThrow(/UNIQUE/);
  expect(() => insert("b", null)).toThrow(/NOT NULL/);
  insert("b", "running");
  file.exec("begin immediate; commit");
  expect(select("running")).toHaveLength(2);
  expect(asked).toEqual([INSERT, SELECT]);
});

test("a column that comes and goes is seen", () => {
  insert("a", "running");
  expect(select("running")).toEqual([{ key: "a", state: "running" }]);
  file.exec("alter table runs add column place text");
  expect(select("running")).toEqual([{ key: "a", state: "running", place: null }]);
  file.exec("alter table runs drop column place");
  expect(select("running")).toEqual([{ key: "a", state: "running" }]);
});

test("those that were asked for last are kept, 300 of them", () => {
  const others = Array.from({ length: 299 }, (_, n) => `select ${n}`);
  for (const sql of [SELECT, ...others]) statements.prepare(sql);
  expect(select("running")).toEqual([]);
  statements.prepare("select 'one more'");
  asked = [];
  select("running");
  expect(asked).toEqual([]);
  statements.prepare("select 0");
  expect(asked).toEqual(["select 0"]);
});
