import { Client } from "pg";
import { expect, test } from "vitest";
import { postgresFailure } from "../../src/store/postgres-failure.js";
import { postgresForTests } from "../process/postgres-for-tests.js";

const postgres = postgresForTests();

test("what is sent on a connection that has already broken has lost it, too", async () => {
  const client = new Client(await postgres.database("broken_before"));
  client.on("error", () => undefined);
  await client.connect();
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  await client.query("select pg_terminate_backend(pg_backend_pid())").catch(() => undefined);
  await ended;
  const failed = await client.query("select 1").catch((error: unknown) => error);
  expect(postgresFailure(failed)).toBe("lost");
});

test.each([
  ["an administrator", "select pg_terminate_backend(pg_backend_pid())"],
  ["a time limit in a transaction", "begin; set idle_in_transaction_session_timeout = 20"],
  ["a time limit outside", "set idle_session_timeout = 20"],
])("a connection that %s ends is lost, and Postgres is not called stopped", async (who, statement) => {
  const client = new Client(await postgres.database(`ended_by_${who.replaceAll(" ", "_")}`));
  const broken = new Promise<Error>((resolve) => client.once("error", resolve));
  await client.connect();
  const failed = client.query(statement).then(
    () => broken,
    (error: unknown) => error,
  );
  client.on("error", () => undefined);
  expect(postgresFailure(await failed)).toBe("lost");
});
