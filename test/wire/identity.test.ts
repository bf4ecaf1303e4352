// Who the token is, Hex need not tell: a workspace token without "Users: Read" works, and is no outage.

import { afterEach, describe, expect, test } from "vitest";
import { Bench, MODES, shown } from "./harness.js";

const ALWAYS = Number.POSITIVE_INFINITY;

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  afterEach(() => bench.stop());

  const start = async () => {
    bench = await Bench.start(mode, { token: { kind: "workspace" }, idle: true });
    await bench.startBot({ HEX_PROBE_SECONDS: "60", HEX_ALERT_CHANNEL: bench.slack.channels.general.id });
  };

  test("connected, alive, and what cannot be told is said with the scope for it; no outage, no alert", async () => {
    await start();
    bench.hex.workspace.addProject({ title: "Revenue" });
    await bench.pass(10 * 60_000);
    const refused = bench.hex.requests.filter(({ endpoint, status }) => endpoint === "me" && status === 403);
    expect(refused.length).toBeGreaterThan(3);
    expect(bench.slack.messages).toEqual([]);
    const status = await bench.ask("status");
    expect(status).toContain("Connected to Hex");
    expect(status).toContain("Workspace token, alive");
    expect(status).toContain('cannot be told: for that the token needs the scope "Users: Read"');
    expect(status.match(/:white_check_mark: proven/g)).toHaveLength(2);
    expect(status).not.toMatch(/To do|Not connected/);
    expect(await bench.get("/readyz")).toMatchObject({ status: 200 });
    const metrics = (await bench.get("/metrics")).text;
    expect(metrics).toMatch(/^hexbot_hex_up 1$/m);
    expect(metrics).toMatch(/^hexbot_hex_outage 0$/m);
    expect(metrics).toMatch(/^hexbot_hex_token_days_left NaN$/im);
    expect(bench.log.filter((line) => line.includes('"operation":"me"') && line.includes('"level":"warn"'))).toEqual(
      [],
    );
  });

  test("reading is proven by the list of projects as before", async () => {
    await start();
    bench.hex.workspace.addProject();
    bench.hex.workspace.setScopes(bench.token, []);
    const status = await bench.ask("status");
    expect(status).toContain("Connected to Hex");
    expect(status).toContain(":x: missing");
    expect(status).toContain('Create a token with the "Read projects" scope');
  });

  test.each([
    ["a plan without the API", { code: "FORBIDDEN", message: "Upgrade to Team or Enterprise to use the API" }, "plan"],
    ["a proxy's page", "<html><body>Forbidden</body></html>", "web page"],
    ["an allow list", { code: "FORBIDDEN", message: "Your IP address is not allowed" }, "IP allow list"],
    ["a token that is dead", null, "does not accept the bot's token"],
  ])("still an outage: %s", async (_, body, words) => {
    await start();
    if (body === null) bench.hex.workspace.revokeToken(bench.token);
    else bench.hex.faults.add({ kind: { type: "status", status: 403, body }, times: ALWAYS });
    await bench.until(() => bench.slack.messages.length > 0);
    expect(bench.slack.messages.map(shown).join("\n")).toContain(words);
    expect((await bench.get("/readyz")).status).toBe(503);
  });
});
