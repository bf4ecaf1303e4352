// Hex need not say whose token it is: a workspace token without "Users: Read" works, and is not an outage.

import { afterEach, describe, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

const ALWAYS = Number.POSITIVE_INFINITY;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());

  const start = async () => {
    harness = await Harness.start(mode, { token: { kind: "workspace" }, idle: true });
    await harness.startBot({ HEX_PROBE_SECONDS: "60", HEX_ALERT_CHANNEL: harness.slack.channels.general.id });
  };

  test("the status says that the token works, what the bot cannot find out, and which scope that needs, and there is no outage and no alert", async () => {
    await start();
    harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.pass(10 * 60_000);
    const refused = harness.hex.requests.filter(({ endpoint, status }) => endpoint === "me" && status === 403);
    expect(refused.length).toBeGreaterThan(3);
    expect(harness.slack.messages).toEqual([]);
    const status = await harness.ask("status");
    expect(status).toContain("Connected to Hex");
    expect(status).toContain("Workspace token, alive");
    expect(status).toContain('not known: the token needs the scope "Users: Read" for that');
    expect(status.match(/:white_check_mark: proven/g)).toHaveLength(2);
    expect(status).not.toMatch(/To do|Not connected/);
    expect(await harness.get("/readyz")).toMatchObject({ status: 200 });
    const metrics = (await harness.get("/metrics")).text;
    expect(metrics).toMatch(/^hexbot_hex_up 1$/m);
    expect(metrics).toMatch(/^hexbot_hex_outage 0$/m);
    expect(metrics).toMatch(/^hexbot_hex_token_days_left NaN$/im);
    expect(harness.log.filter((line) => line.includes('"operation":"me"') && line.includes('"level":"warn"'))).toEqual(
      [],
    );
  });

  test("the list of projects still proves the read scope", async () => {
    await start();
    harness.hex.workspace.addProject();
    harness.hex.workspace.setScopes(harness.token, []);
    const status = await harness.ask("status");
    expect(status).toContain("Connected to Hex");
    expect(status).toContain(":x: missing");
    expect(status).toContain('Create a token with the "Read projects" scope');
  });

  test.each([
    ["a plan without the API", { code: "FORBIDDEN", message: "Upgrade to Team or Enterprise to use the API" }, "plan"],
    ["a proxy's page", "<html><body>Forbidden</body></html>", "web page"],
    ["an allow list", { code: "FORBIDDEN", message: "Your IP address is not allowed" }, "IP allowlist"],
    ["a token that is dead", null, "does not accept the bot's token"],
  ])("this is still an outage: %s", async (_, body, words) => {
    await start();
    if (body === null) harness.hex.workspace.revokeToken(harness.token);
    else harness.hex.faults.add({ kind: { type: "status", status: 403, body }, times: ALWAYS });
    await harness.until(() => harness.slack.messages.length > 0);
    expect(harness.slack.messages.map(shown).join("\n")).toContain(words);
    expect((await harness.get("/readyz")).status).toBe(503);
  });
});
