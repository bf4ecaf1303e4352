// Every way in which Hex can fail to answer, over the wire: the kind, and what people are told.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { remedyFor } from "../../src/remedies/hex.js";
import { CALL, failure, soon, startWire, type Wire } from "./wire.js";

let wire: Wire;
beforeEach(async () => {
  wire = await startWire();
});
afterEach(() => wire.stop());

const once = { ...CALL, timeoutMs: 150 };

describe("no answer", () => {
  test("the host does not exist", async () => {
    const error = await soon(wire.clock, failure(wire.clientAt("http://nothing.invalid").me(once)), 500);
    expect(error.kind).toBe("dns");
    expect(remedyFor(error.facts).what).toContain("nothing.invalid was not found");
  });

  test("nobody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address: AddressInfo | string | null = server.address();
    await new Promise((resolve) => server.close(resolve));
    const port = typeof address === "object" ? address?.port : 0;
    const error = await soon(wire.clock, failure(wire.clientAt(`http://127.0.0.1:${port}`).me(once)), 500);
    expect(error.kind).toBe("refused");
  });

  test("no TLS there", async () => {
    const origin = wire.hex.origin.replace("http:", "https:");
    expect((await soon(wire.clock, failure(wire.clientAt(origin).me(once)), 500)).kind).toBe("tls");
  });

  test.each([
    [{ type: "hang" }, "timeout"],
    [{ type: "stall" }, "timeout"],
    [{ type: "reset" }, "network"],
  ] as const)("%j", async (kind, expected) => {
    wire.hex.faults.add({ kind, times: 9 });
    expect((await soon(wire.clock, failure(wire.client.me(once)), 500)).kind).toBe(expected);
  });
});
