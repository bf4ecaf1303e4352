// Every way in which Hex can fail to answer, over the wire: the kind, and what people are told.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errorOfFetch } from "../../src/hex/error-of-fetch.js";
import { provesNoEffect } from "../../src/hex/errors.js";
import { remedyFor } from "../../src/remedies/hex.js";
import { freePort } from "../sandbox/local-server.js";
import { CALL, failure, soon, startWire, type Wire } from "./wire.js";

let wire: Wire;
beforeEach(async () => {
  wire = await startWire();
});
afterEach(() => wire.stop());

/** For a peer that never answers. */
const short = { ...CALL, timeoutMs: 150 };
/** For one that does, on a busy machine too. */
const PATIENT_MS = 20_000;
const once = { ...CALL, timeoutMs: PATIENT_MS, once: true };

describe("no answer", () => {
  test("the host does not exist", async () => {
    const error = await soon(
      wire.clock,
      failure(wire.clientAt("http://nothing.invalid", undefined, PATIENT_MS).me(once)),
      500,
    );
    expect(error.kind).toBe("dns");
    expect(remedyFor(error.facts).what).toContain("nothing.invalid was not found");
  });

  test("nobody listens", async () => {
    const port = await freePort();
    const error = await soon(
      wire.clock,
      failure(wire.clientAt(`http://127.0.0.1:${port}`, undefined, PATIENT_MS).me(once)),
      500,
    );
    expect(error.kind).toBe("refused");
  });

  test("no way leads there, so that no run was started", async () => {
    const client = wire.clientAt("http://255.255.255.255:8080", undefined, PATIENT_MS);
    const error = await soon(wire.clock, failure(client.startRun("p", {}, once)), 500);
    expect(error.kind).toBe("refused");
    expect(provesNoEffect(error.kind)).toBe(true);
  });

  test("no TLS there", async () => {
    const origin = wire.hex.origin.replace("http:", "https:");
    expect((await soon(wire.clock, failure(wire.clientAt(origin, undefined, PATIENT_MS).me(once)), 500)).kind).toBe(
      "tls",
    );
  });

  test.each([
    [{ type: "hang" }, "timeout"],
    [{ type: "stall" }, "timeout"],
    [{ type: "reset" }, "network"],
  ] as const)("%j", async (kind, expected) => {
    wire.hex.faults.add({ kind, times: 9 });
    expect((await soon(wire.clock, failure(wire.client.me(short)), 500)).kind).toBe(expected);
  });
});

describe("what fetch throws", () => {
  const at = { operation: "me", host: "hex.test" } as const;
  const factsOf = (error: unknown, timedOut = false) => errorOfFetch(error, at, timedOut).facts;
  const coded = (code: unknown, rest: { cause?: unknown; errors?: unknown } = {}) => ({ code, ...rest });

  test.each([
    ["dns", ["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]],
    [
      "tls",
      [
        "CERT_HAS_EXPIRED",
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "SELF_SIGNED_X",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "ERR_SSL_WRONG_VERSION_NUMBER",
        "ERR_SSL_PACKET_LENGTH_TOO_LONG",
        "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
        "ERR_SSL_UNSUPPORTED_PROTOCOL",
      ],
    ],
    ["refused", ["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT"]],
    ["timeout", ["ETIMEDOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]],
    [
      "network",
      [
        "ECONNRESET",
        "XENOTFOUND",
        "ENOTFOUND2",
        "XECONNREFUSED",
        "ECONNREFUSED2",
        "XETIMEDOUT",
        "ETIMEDOUT2",
        "XZ_DATA_ERROR",
      ],
    ],
  ] as const)("%s: %j", (kind, codes) => {
    for (const code of codes) expect(factsOf(coded(code))).toEqual({ ...at, kind, detail: code });
  });

  test.each([
    ["UND_ERR_HEADERS_OVERFLOW", "too_large"],
    ["Z_DATA_ERROR", "no_json"],
    ["ERR_BROTLI_DECODER_ERROR", "no_json"],
    ["ERR__ERROR_FORMAT_PADDING_1", "no_json"],
    ["ERR_PADDING_1", "no_json"],
  ] as const)("an answer that cannot be read: %s", (code, flaw) => {
    expect(factsOf(coded(code))).toEqual({ ...at, kind: "unreadable", detail: code, flaw });
  });

  test("the innermost cause counts first, also one of several", () => {
    expect(factsOf(coded(undefined, { cause: coded("ECONNREFUSED") }))).toMatchObject({ kind: "refused" });
    const both = coded("OUTER", { errors: [coded("ECONNREFUSED"), coded("EHOSTUNREACH")], cause: coded("INNER") });
    expect(factsOf(coded("OUTMOST", { cause: both }))).toMatchObject({ kind: "refused", detail: "ECONNREFUSED" });
    expect(factsOf(coded("OUTER", { cause: coded("INNER") }))).toMatchObject({ kind: "network", detail: "INNER" });
  });

  test("a failure to connect comes before any request, whatever its reason", () => {
    for (const code of ["EHOSTUNREACH", "EMFILE", "ETIMEDOUT"]) {
      const failed = { code, syscall: "connect" };
      expect(factsOf(coded(undefined, { cause: failed }))).toMatchObject({ kind: "refused", detail: code });
      expect(factsOf({ code, syscall: "read" }).kind).not.toBe("refused");
    }
  });

  test("causes are looked for five deep, and no deeper, so that none that holds itself is followed for ever", () => {
    const nested = (depth: number): unknown => (depth === 0 ? coded("ENOTFOUND") : { cause: nested(depth - 1) });
    expect(factsOf(nested(4))).toMatchObject({ kind: "dns" });
    expect(factsOf(nested(5))).toMatchObject({ kind: "network" });
    const endless: { cause?: unknown } = {};
    endless.cause = endless;
    expect(factsOf(endless)).toMatchObject({ kind: "network" });
  });

  test.each([[null], ["text"], [coded(7)], [coded("ECONNREFUSED", { errors: "none" })], [new Error("x")]])(
    "%j",
    (error) => {
      expect(["network", "refused"]).toContain(factsOf(error).kind);
    },
  );

  test("the sender's own limit is a timeout, whatever was thrown", () => {
    expect(factsOf(coded("ENOTFOUND"), true)).toEqual({ ...at, kind: "timeout" });
  });
});
