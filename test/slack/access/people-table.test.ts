// Every verb, everywhere in Slack, for every kind of person, under rules and under none: what the listeners ask before they do something
// says what docs/access.md says. A sample of these is tried over the wire in test/wire/access-people.test.ts.

import { beforeAll, describe, expect, test } from "vitest";
import { AccessDenied } from "../../../src/access/access-denied.js";
import { parsePolicy } from "../../../src/access/parse-policy.js";
import { type PeopleTerm, type Policy, VERBS, type Verb } from "../../../src/access/policy.js";
import type { Catalog } from "../../../src/catalog/catalog.js";
import { HexError } from "../../../src/hex/errors.js";
import { Access } from "../../../src/slack/access/access.js";
import { mayBeShownTo } from "../../../src/slack/access/audience.js";
import { type PermissionSources, type Permissions, permissionsOf } from "../../../src/slack/access/permissions.js";
import { standingOf } from "../../../src/slack/connection/members.js";
import { appMention } from "../../../src/slack/connection/payloads/events.js";
import { personMessageIn } from "../../../src/slack/listeners/events/person-message.js";
import { textOf, type Verdict, verdictOf, type WrittenRule } from "../../access/by-the-words.js";
import { catalogOf } from "../../catalog/known-catalog.js";
import { projectOf } from "../../catalog/projects.js";
import { GROUP, KINDS, type Kind, POLICIES, personOf, rulesOf } from "../../wire/access-kinds.js";
import { PLACES, SURFACES, type Surface, WAYS } from "../../wire/access-surfaces.js";

const ADA = { id: "U0ADALOVELA", email: "ada@acme.test" };
const APPROVER = "U0GRACEHOPP";
const IDS = { channel: "C0DATATEAM1", direct: "D0ADALOVELA", nowhere: null } as const;
const INSTALLATION = { teamId: "T0ACME", enterpriseId: null, workspaces: [] };

/** Each kind of people that rules can name, by the kind in the table that it means. */
const NAMED: Readonly<Record<PeopleTerm["kind"], string>> = {
  everyone: "member",
  members: "member",
  guests: "guest",
  admins: "administrator",
  owner: "owner",
  group: "one of a group",
  person: "member",
};

const project = projectOf({ id: "p-table", title: "Report", owner: { email: "grace@acme.test" } });
const owned = projectOf({ id: "p-owned", title: "Report of theirs", owner: { email: ADA.email } });
let catalog: Catalog;

beforeAll(() => {
  catalog = catalogOf([project, owned]);
});

/** What the bot decides, as the listeners ask for it. */
async function decided(sources: PermissionSources, kind: Kind, surface: Surface, verb: Verb): Promise<Verdict["kind"]> {
  if (!isLetIn(kind)) return "no";
  const place = IDS[PLACES[surface]];
  const { id, title } = kind.isOwner ? owned : project;
  const permissions = await permissionsOf(sources, ADA.id, place);
  if (permissions.isGuestWithoutRules) return "no";
  const isTold = surface === "digest" || surface === "watch message";
  // They are told in their direct messages, whoever reads them.
  if (isTold && verb === "see") {
    return (await mayBeShownTo(sources, { channel: IDS.direct, person: ADA.id }, id)) === true ? "yes" : "no";
  }
  if (surface === "picker" && verb === "run") {
    if (!permissions.runnable.suggest(title, 100).some((found) => found.id === id)) return "no";
    return permissions.approvalFor({ id, title }, { publish: false }) === null ? "yes" : "approval";
  }
  try {
    return asked(permissions, verb, { id, title }, WAYS[surface][verb]?.isApart === true);
  } catch (error) {
    if (error instanceof AccessDenied || error instanceof HexError) return "no";
    throw error;
  }
}

/** @throws AccessDenied, HexError */
function asked(
  permissions: Permissions,
  verb: Verb,
  about: { id: string; title: string },
  isApart: boolean,
): Verdict["kind"] {
  switch (verb) {
    case "see":
      return permissions.projects.has(about.id) && permissions.projects.known(about.id) !== null ? "yes" : "no";
    case "run":
    case "publish": {
      const options = { publish: verb === "publish" };
      permissions.demandStart(about, options);
      return permissions.approvalFor(about, options) === null ? "yes" : "approval";
    }
    case "cancel":
      permissions.demandCancel(about, APPROVER);
      return "yes";
    case "watch":
    case "silence":
      if (isApart) permissions.demandApartFromProjects(verb);
      else permissions.demand(verb, about);
      return "yes";
    case "administer":
      permissions.demandAdministration();
      return "yes";
  }
}

/** Whether the bot listens to them at all. */
function isLetIn({ who }: Kind): boolean {
  if (who === "bot") {
    const event = { type: "app_mention", channel: IDS.channel, ts: "1.1", user: ADA.id, bot_id: "B0OTHER" };
    const envelope = { type: "event_callback", event_id: "Ev1", team_id: INSTALLATION.teamId, event };
    return personMessageIn(appMention.parse(envelope), "U0HEXBOT") !== null;
  }
  const userTeam = who === "stranger" ? "T0OTHER" : INSTALLATION.teamId;
  return standingOf(INSTALLATION, { user: ADA.id, userTeam, team: INSTALLATION.teamId, enterprise: null }) === "member";
}

/** By their text: the same rules are asked about everywhere. */
const policies = new Map<string, Policy>();

function policyOf(rules: readonly WrittenRule[]): Policy {
  const text = `rules:\n${rules.map((rule) => `  - ${textOf(rule)}\n`).join("")}`;
  const known = policies.get(text);
  if (known !== undefined) return known;
  const reading = parsePolicy(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  policies.set(text, reading.policy);
  return reading.policy;
}

function sourcesUnder(kind: Kind, rules: readonly WrittenRule[] | null): PermissionSources {
  const person = personOf(kind, ADA);
  const details = { isGuest: person.isGuest, isAdmin: person.isAdmin, email: person.email, isActive: true };
  const groups = new Map([[GROUP, new Set(kind.isOfGroup ? [ADA.id] : [])]]);
  const policy = rules === null ? null : policyOf(rules);
  const access = new Access({
    policy: () => policy,
    policyTrouble: () => null,
    people: { of: async () => details, known: () => details },
    groups: { of: async () => groups, known: () => groups, isMissing: async () => false },
  });
  return { access, catalog, host: "app.hex.tech" };
}

/** The rules of the sample over the wire, and those that ask for an approval. */
function policiesFor(kind: Kind, verb: Verb, isApart: boolean): (readonly WrittenRule[] | null)[] {
  const { id } = kind.isOwner ? owned : project;
  const about = { verb, isApart, projectId: id, person: ADA.id };
  const usual = POLICIES.filter((policy) => !isApart || policy !== "hides the project").map((policy) =>
    rulesOf(policy, kind, about),
  );
  if (verb !== "run" && verb !== "publish") return usual;
  const ask = (people: string): WrittenRule => ({
    effect: "approval",
    verbs: [verb],
    people: [people],
    by: [APPROVER],
  });
  const all: WrittenRule = { effect: "allow", verbs: ["see", "run", "publish"], people: ["everyone"] };
  return [...usual, [ask(kind.term), all], [ask(kind.otherTerm), all]];
}

describe.each(Object.entries(KINDS))("%s", (_, kind) => {
  test.each(SURFACES)("by %s", async (surface) => {
    const wrong: string[] = [];
    for (const verb of VERBS) {
      const isApart = verb === "administer" || WAYS[surface][verb]?.isApart === true;
      const named = kind.isOwner ? owned : project;
      const { id, title } = named;
      const facts = isApart ? null : { id, title, owner: named.owner?.email ?? "", categories: [] };
      for (const rules of policiesFor(kind, verb, isApart)) {
        const is = await decided(sourcesUnder(kind, rules), kind, surface, verb);
        const person = personOf(kind, ADA);
        const place = IDS[PLACES[surface]];
        const shouldBe = verdictOf({ rules, person, verb, project: facts, place }).kind;
        if (is !== shouldBe)
          wrong.push(`${verb}: ${is}, not ${shouldBe} (${rules?.map(textOf).join(" ") ?? "no rules"})`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

test("the table has every kind of people that rules can name, and each verb can be done somewhere", () => {
  expect(Object.values(NAMED).filter((kind) => KINDS[kind] === undefined)).toEqual([]);
  const verbs = new Set(SURFACES.flatMap((surface) => Object.keys(WAYS[surface])));
  expect(verbs).toEqual(new Set(VERBS));
  expect(SURFACES.filter((surface) => Object.keys(WAYS[surface]).length === 0)).toEqual([]);
});
