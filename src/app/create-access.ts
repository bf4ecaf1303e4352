// Who may do what.

import type { Catalog } from "../catalog/catalog.js";
import { Access } from "../slack/access/access.js";
import type { PermissionSources } from "../slack/access/permissions.js";
import { People } from "../slack/connection/people.js";
import { UserGroups } from "../slack/connection/user-groups.js";
import type { HexPart } from "./create-hex.js";
import type { SlackClient } from "./create-slack-client.js";
import type { StorePart } from "./create-store.js";
import type { Settings } from "./settings.js";

export interface AccessPartOptions {
  settings: Settings;
  slackClient: SlackClient;
  store: StorePart;
  hex: HexPart;
  catalog: Catalog;
}

export function createAccess({ settings, slackClient, store, hex, catalog }: AccessPartOptions): PermissionSources {
  const { policy, policyTrouble, log } = settings;
  const asking = { slack: slackClient.web, slackRefusals: slackClient.refusals, clock: store.clock, log };
  const access = new Access({ policy, policyTrouble, people: new People(asking), groups: new UserGroups(asking) });
  return { access, catalog, host: hex.client.host };
}
