// Who may operate the bot: the people of its own workspace and organization, and nobody on the strength of a payload alone.

import { describe, expect, test } from "vitest";
import { type Installation, Members, type Origin, standingOf } from "../../../src/slack/connection/members.js";

const alone: Installation = { teamId: "T1", enterpriseId: null, workspaces: [] };
const inGrid: Installation = { teamId: "T1", enterpriseId: "E1", workspaces: [] };
/** Installed for the organization: auth.test names the organization in the place of a workspace. */
const ofOrg: Installation = { teamId: "E1", enterpriseId: "E1", workspaces: ["T1", "T2"] };

const from = (origin: Partial<Origin>): Origin => ({
  user: "U1",
  userTeam: null,
  team: null,
  enterprise: null,
  ...origin,
});

describe("one workspace", () => {
  test.each<[string, Partial<Origin>, string]>([
    ["its own person", { userTeam: "T1", team: "T1" }, "member"],
    ["a click that names no person's workspace", { team: "T1" }, "member"],
    ["another workspace's person in a shared channel", { userTeam: "T9", team: "T1" }, "stranger"],
    ["another organization's person", { userTeam: "E9", team: "T1" }, "stranger"],
    ["who claims an organization", { userTeam: "T9", team: "T9", enterprise: "E9" }, "stranger"],
    ["nothing said", {}, "stranger"],
  ])("%s", (_, origin, standing) => expect(standingOf(alone, from(origin))).toBe(standing));
});

describe("a workspace of an organization", () => {
  test.each<[string, Partial<Origin>, string]>([
    ["its own person", { userTeam: "T1", team: "T1", enterprise: "E1" }, "member"],
    ["a person who is named by the organization", { userTeam: "E1", team: "T1", enterprise: "E1" }, "member"],
    ["a command from a sister workspace", { userTeam: "T2", team: "T2", enterprise: "E1" }, "member"],
    [
      "a click by the person of a sister workspace, or of a stranger",
      { userTeam: "T2", team: "T1", enterprise: "E1" },
      "unproven",
    ],
    ["the same without the workspace that has installed it", { userTeam: "T2", enterprise: "E1" }, "unproven"],
    ["nothing but the installation", { enterprise: "E1" }, "unproven"],
    ["another organization's person", { userTeam: "E9", team: "T1", enterprise: "E1" }, "stranger"],
    ["another workspace without an organization", { userTeam: "T9", team: "T9" }, "stranger"],
    ["another organization's workspace", { userTeam: "T9", team: "T9", enterprise: "E9" }, "stranger"],
  ])("%s", (_, origin, standing) => expect(standingOf(inGrid, from(origin))).toBe(standing));
});

describe("an organization", () => {
  test.each<[string, Partial<Origin>, string]>([
    ["a person of a workspace that may use the app", { userTeam: "T2", enterprise: "E1" }, "member"],
    ["a person who is named by the organization", { userTeam: "E1", enterprise: "E1" }, "member"],
    ["another workspace's person", { userTeam: "T9", enterprise: "E1" }, "unproven"],
    ["another organization's person", { userTeam: "E9", enterprise: "E1" }, "stranger"],
    ["another organization's installation", { userTeam: "T9", enterprise: "E9" }, "stranger"],
  ])("%s", (_, origin, standing) => expect(standingOf(ofOrg, from(origin))).toBe(standing));
});

test("people who may type the command may click, and nobody else", () => {
  const members = new Members(inGrid);
  const click = { userTeam: "T2", team: "T1", enterprise: "E1" };
  expect(members.ofClick(from({ ...click, user: "U2" }))).toBe("unproven");
  expect(members.ofCommand(from({ user: "U2", userTeam: "T1", team: "T1", enterprise: "E1" }))).toBe("member");
  expect(members.ofClick(from({ ...click, user: "U2" }))).toBe("member");
  expect(members.ofClick(from({ ...click, user: "U3" }))).toBe("unproven");
  // A command from elsewhere proves nothing.
  expect(members.ofCommand(from({ user: "U4", userTeam: "T9", team: "T9", enterprise: "E9" }))).toBe("stranger");
  expect(members.ofClick(from({ ...click, user: "U4" }))).toBe("unproven");
});
