// Who may do what.

import type { Catalog } from "../catalog/catalog.js";
import { Access } from "../slack/access/access.js";
import { NameCheck } from "../slack/access/name-check.js";
import type { PermissionSources } from "../slack/access/permissions.js";
import { SlackNames } from "../slack/access/slack-names.js";
import type { SlackIdentity } from "../slack/connection/identity.js";
import { People } from "../slack/connection/people.js";
import { UserGroups } from "../slack/connection/user-groups.js";
import type { PolicyVersions } from "../store/policy-versions.js";
import type { HexPart } from "./create-hex.js";
import { createPolicyVersions } from "./create-policy-versions.js";
import type { SlackClient } from "./create-slack-client.js";
import type { StorePart } from "./create-store.js";
import { nameLogger } from "./log-policy.js";
import type { Settings } from "./settings.js";

export interface AccessPart {
  permissions: PermissionSources;
  nameCheck: NameCheck;
  /** `null` where there is one process. */
  policyVersions: PolicyVersions | null;
}

export interface AccessPartOptions {
  settings: Settings;
  slackClient: SlackClient;
  identity: SlackIdentity;
  store: StorePart;
  hex: HexPart;
  catalog: Catalog;
}

/** The pause between two questions about names, in ms: Slack answers a hundred a minute, and people wait for others. */
const NAMES_PAUSE_MS = 3_000;

export function createAccess({ settings, slackClient, identity, store, hex, catalog }: AccessPartOptions): AccessPart {
  const policyVersions = createPolicyVersions(settings, store);
  const { policy, policyTrouble, log, config } = settings;
  const { clock, seldom } = store;
  const { workspaces } = identity;
  const asking = { slack: slackClient.web, slackRefusals: slackClient.refusals, clock, log };
  const groups = new UserGroups({ ...asking, workspaces });
  const access = new Access({
    policy,
    policyTrouble,
    policyVersions: () => policyVersions?.count ?? 1,
    people: new People({ ...asking, home: identity }),
    groups,
  });
  const nameCheck = new NameCheck({
    policy,
    slackNames: new SlackNames({ ...asking, home: identity, pauseMs: NAMES_PAUSE_MS }),
    catalog,
    factsOf: (project) => access.factsOf(project),
    clock,
    onFound: nameLogger(log, config.policy.kind === "file" ? config.policy.path : ""),
    onError: seldom((err) => log.error({ err }, "Looking up the names in the rules failed: the bot tries again")),
  });
  return { permissions: { access, catalog, host: hex.client.host }, nameCheck, policyVersions };
}
