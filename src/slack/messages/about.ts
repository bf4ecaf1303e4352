// `/hex about`: what the bot may do, what it keeps, and how to remove it.

import {
  channelReading,
  everythingKept,
  extraUses,
  REMOVAL,
  SCOPE_USES,
  TOKEN_REACH,
  TOKEN_SCOPES,
  unusedScopes,
} from "../../remedies/install-sheet.js";
import { OPTIONAL_SCOPES, type OptionalScope, REQUIRED_SCOPES } from "../connection/scopes.js";
import { context, type Message, message, section } from "./blocks.js";
import { code } from "./mrkdwn.js";

export interface AboutView {
  /** The scopes that Slack has granted; `null` when it has not said so. */
  granted: readonly string[] | null;
  hasPolicy: boolean;
  /** Whether the bot can tell guests from members. */
  knowsGuests: boolean;
}

export function aboutMessage({ granted, hasPolicy, knowsGuests }: AboutView): Message {
  const scopes = granted ?? [...REQUIRED_SCOPES, ...OPTIONAL_SCOPES];
  const others = unusedScopes(scopes);
  return message("What the bot may do, what it keeps, and how to remove it", [
    section("*In Slack* the bot has these scopes:"),
    section(REQUIRED_SCOPES.map((scope) => `• ${code(scope)} (required): ${usesOf(scope)}`).join("\n")),
    section(OPTIONAL_SCOPES.map((scope) => optionalLine(scope, granted)).join("\n")),
    section(
      [
        channelReading(scopes),
        extraUses(scopes),
        others.length === 0 ? null : `It does not use ${others.map((scope) => code(scope)).join(", ")}.`,
      ]
        .filter((line) => line !== null)
        .join("\n"),
    ),
    section(
      `*In Hex* its token needs these scopes:\n${TOKEN_SCOPES.map(({ name, isOptional, uses }) => `• ${name}${isOptional ? " (optional)" : ""}: ${uses}`).join("\n")}\n${TOKEN_REACH}`,
    ),
    section(`*Who may use it:* ${whoWords(hasPolicy, knowsGuests)}`),
    section(
      `*What it keeps*, in its own store:\n${everythingKept()
        .map(({ what, until }) => `• ${what} Kept ${until}.`)
        .join("\n")}`,
    ),
    section(`*To remove it*\n${REMOVAL.map((step, at) => `${at + 1}. ${step}`).join("\n")}`),
    context("docs/security.md says the same, and more."),
  ]);
}

function usesOf(scope: keyof typeof SCOPE_USES): string {
  const { uses, cannot } = SCOPE_USES[scope];
  return `${uses} ${cannot}`;
}

function optionalLine(scope: OptionalScope, granted: readonly string[] | null): string {
  const isOff = granted !== null && !granted.includes(scope);
  return `• ${code(scope)} (optional, ${isOff ? "off" : granted === null ? "not known" : "on"}): ${usesOf(scope)}`;
}

function whoWords(hasPolicy: boolean, knowsGuests: boolean): string {
  if (hasPolicy) return "whoever the rules of its policy file allow. Everybody else may do nothing.";
  const guests = knowsGuests
    ? "Guests may do nothing."
    : "Guests count as members, because the bot lacks the scope `users:read`.";
  return `everybody in this workspace (on Enterprise Grid, in its organization) may do everything. ${guests} People from other organizations may do nothing.`;
}
