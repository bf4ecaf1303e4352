// A separate Postgres for the tests in a file.

import { afterAll, beforeAll } from "vitest";
import { LocalPostgres } from "./fleet.js";

/** Starts before the tests beside which this is called, and stops after them. To be used within them. */
export function postgresForTests(): Pick<LocalPostgres, "database" | "port"> {
  let server: LocalPostgres | null = null;
  const started = () => {
    if (server === null) throw new Error("Postgres starts before the tests, and not before their hooks");
    return server;
  };
  beforeAll(async () => {
    server = await LocalPostgres.start();
  });
  afterAll(() => server?.stop());
  return {
    database: (name) => started().database(name),
    get port() {
      return started().port;
    },
  };
}
