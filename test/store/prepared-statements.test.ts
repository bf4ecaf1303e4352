// Statements that stay prepared, on a real file.

import Database from "libsql";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PreparedStatements } from "../../src/store/prepared-statements.js";

let prepared: string[];
let file: Database.Database;
let statements: PreparedStatements;
beforeEach(() => {
  prepared = [];
  file = new Database(":memory:");
  file.exec("create table runs (key text primary key, state text not null)");
  const prepare = (sql: string) => {
    prepared.push(sql);
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
  expect(prepared).toEqual([INSERT, SELECT]);
});

test("one that failed is prepared again, works, and holds up no transaction", () => {
  insert("a", "running");
  expect(() => insert("a", "running")).toThrow(/UNIQUE/);
  expect(prepared).toEqual([INSERT]);
  expect(() => insert("b", null)).toThrow(/NOT NULL/);
  expect(prepared).toEqual([INSERT, INSERT]);
  insert("b", "running");
  file.exec("begin immediate; commit");
  expect(select("running")).toHaveLength(2);
  expect(prepared).toEqual([INSERT, INSERT, INSERT, SELECT]);
});

test("rows are read to their end, even if the same statement is executed in the meantime", () => {
  // libsql reads 100 rows at a time.
  const keys = Array.from({ length: 250 }, (_, n) => String(1_000 + n));
  for (const key of keys) insert(key, "running");
  const read: unknown[] = [];
  for (const row of { [Symbol.iterator]: () => statements.prepare(SELECT).iterate(["running"]) }) {
    read.push(row);
    expect(select("ended")).toEqual([]);
  }
  expect(read).toEqual(keys.map((key) => ({ key, state: "running" })));
});

test("a column that comes and goes is seen", () => {
  insert("a", "running");
  expect(select("running")).toEqual([{ key: "a", state: "running" }]);
  file.exec("alter table runs add column place text");
  expect(select("running")).toEqual([{ key: "a", state: "running", place: null }]);
  file.exec("alter table runs drop column place");
  expect(select("running")).toEqual([{ key: "a", state: "running" }]);
});

test("a table that goes and comes back is found again", () => {
  insert("a", "running");
  select("running");
  file.exec("alter table runs rename to runs_elsewhere");
  expect(() => select("running")).toThrow(/no such table/);
  expect(() => insert("b", "running")).toThrow(/no such table/);
  file.exec("alter table runs_elsewhere rename to runs");
  insert("b", "running");
  expect(select("running")).toHaveLength(2);
});

test("the 300 most recently used are kept", () => {
  const others = Array.from({ length: 299 }, (_, n) => `select ${n}`);
  for (const sql of [SELECT, ...others]) statements.prepare(sql);
  expect(select("running")).toEqual([]);
  statements.prepare("select 'one more'");
  prepared = [];
  select("running");
  expect(prepared).toEqual([]);
  statements.prepare("select 0");
  expect(prepared).toEqual(["select 0"]);
});
