// The secrets that are in files, read again because somebody says so.

import type { SecretName } from "../config/secret-files.js";
import type { HexPart } from "./create-hex.js";
import type { OutagesPart } from "./create-outages.js";
import type { PagingPart } from "./create-paging.js";
import type { SlackPart } from "./create-slack.js";
import type { SlackClient } from "./create-slack-client.js";
import type { StorePart } from "./create-store.js";

export interface RenewedParts {
  store: StorePart;
  hex: HexPart;
  outages: OutagesPart;
  slackClient: SlackClient;
  slack: SlackPart;
  paging: PagingPart | null;
}

/** @returns the names of those that are new. Never rejects. */
export async function renewAll({
  store,
  hex,
  outages,
  slackClient,
  slack,
  paging,
}: RenewedParts): Promise<SecretName[]> {
  const isHexRenewed = hex.client.renewToken();
  // Hex may accept the new token.
  if (isHexRenewed) outages.watchdog.wake();
  const names: (SecretName | null)[] = [
    isHexRenewed ? "HEX_API_TOKEN" : null,
    slack.connection.renewSecret(),
    (await slackClient.botToken.renew()) ? "SLACK_BOT_TOKEN" : null,
    (await store.renewLogin()) ? "DATABASE_URL" : null,
    paging?.service.renewKey() ? "PAGERDUTY_ROUTING_KEY" : null,
  ];
  return names.filter((name) => name !== null);
}
