// The least that does something with Bolt, as its guide begins: what the bot is measured against. It listens over HTTP unless
// SLACK_APP_TOKEN is set, as the bot does, and starts the run that `/hex run <id>` names without any care.

import { App } from "@slack/bolt";

const { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_API_URL, PORT } = process.env;
const { HEX_API_TOKEN, HEX_WORKSPACE_URL } = process.env;

const app = new App({
  token: SLACK_BOT_TOKEN,
  signingSecret: SLACK_SIGNING_SECRET,
  appToken: SLACK_APP_TOKEN,
  socketMode: SLACK_APP_TOKEN !== undefined,
  clientOptions: { slackApiUrl: SLACK_API_URL },
  installerOptions: { clientOptions: { slackApiUrl: SLACK_API_URL } },
});
app.command("/hex", async ({ ack, command, client, respond }) => {
  await ack();
  const id = /^run (\S+)$/.exec(command.text)?.[1];
  if (id === undefined) {
    await respond("pong");
    return;
  }
  await fetch(`${HEX_WORKSPACE_URL}/api/v1/projects/${id}/runs`, {
    method: "POST",
    headers: { authorization: `Bearer ${HEX_API_TOKEN}`, "content-type": "application/json" },
    body: "{}",
  });
  await client.chat.postMessage({ channel: command.channel_id, text: "Started" });
});
await app.start(Number(PORT));
console.log("ready");
