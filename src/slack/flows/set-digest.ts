// Sets, shows and ends the digest of the conversation that somebody is in.

import { mayBeMeant, projectMeant } from "../../catalog/match.js";
import { digestContents } from "../../follow/digest-contents.js";
import { nextDigest } from "../../follow/digest-times.js";
import { type Rule, ruleKey, type WatchPlace } from "../../follow/watch.js";
import { projectsOf } from "../../follow/watched-projects.js";
import { zoneNamed } from "../../follow/zones.js";
import { asHexError } from "../../hex/errors.js";
import { MINUTE } from "../../lib/time.js";
import { noteAttempt } from "../access/attempts.js";
import { deedEntry } from "../access/audit-entries.js";
import { personZone } from "../connection/person-zone.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { unusableLinkMessage } from "../messages/answers.js";
import { digestMessage } from "../messages/digest.js";
import {
  digestNote,
  digestOffMessage,
  digestSetMessage,
  nothingToShowMessage,
  nothingToShowNowMessage,
  whichDigestProjectMessage,
  whichZoneMessage,
} from "../messages/digest-answers.js";
import { ownerIsAddressMessage } from "../messages/watch-answers.js";
import type { TypedDigest } from "../parse/digest-arguments.js";
import { isUnusable, parseProjectRef, projectIdIn, titleIn } from "../parse/project-ref.js";
import { isAddress } from "../parse/watch-arguments.js";
import { hiddenHere } from "./hidden-here.js";
import { lookForNew } from "./list-projects.js";
import { obstacleIn } from "./obstacle.js";
import { readProject } from "./read-project.js";
import { demandToEndDigest, demandWatch, isKnownTo, noteHidden, projectOfRule, rulesOf } from "./watch-rights.js";

/** @throws HexError, StoreFailure, AccessDenied */
export async function setDigest(bot: Bot, interaction: Interaction, typed: TypedDigest): Promise<void> {
  const { respond, user, log } = interaction;
  const place = placeOf(interaction);
  const chosen = await ruleOf(bot, interaction, typed);
  if (chosen === undefined) return;
  const rules = await rulesOf(bot, interaction, { ...place, rule: chosen });
  if (chosen === null && rules.length === 0) return respond(nothingToShowMessage(typed));
  await demandWatch(interaction, rules, "digest");
  const before = await bot.digests.in(place);
  if (before !== null) await demandToEndDigest(bot, interaction, before, "digest");
  const known = before?.setBy === user ? before.zone : null;
  const zone = typed.zone ?? (await ownZone(bot, interaction)) ?? known;
  if (zone === null) return respond(whichZoneMessage(typed));
  const { hour, minute, weekdaysOnly } = typed;
  const digest = { ...place, hour, minute, weekdaysOnly, zone, rule: chosen };
  const now = bot.clock.now();
  const set = await bot.digests.set({ ...digest, setBy: user, setAt: now, ended: null });
  const time = `${hour}:${String(minute).padStart(2, "0")} ${zone}${weekdaysOnly ? " weekdays" : ""}`;
  const detail = chosen === null ? time : `${time} ${ruleKey(chosen)}`;
  const project = projectOfRule(interaction, chosen);
  await bot.audit.record(deedEntry(interaction, "digest", now, { project, detail, result: set }));
  log.info({ hour, minute, weekdaysOnly, zone, set }, "digest");
  bot.wakeFollowing();
  const projects = projectsOf(rules, interaction.permissions.projects);
  await respond(
    digestSetMessage({
      digest,
      set,
      named: projects.length,
      hidden: await hiddenHere(bot, interaction, projects),
      obstacle: await obstacleIn(bot, interaction),
      project: projects[0] ?? null,
      next: nextDigest(digest, now),
      place: bot.hex.place.now,
    }),
  );
}

/** Shows what the digest would show now: the one that is set here, or one about what is watched here. */
export async function showDigest(bot: Bot, interaction: Interaction): Promise<void> {
  const place = placeOf(interaction);
  const set = await bot.digests.in(place);
  const digest = set !== null && isKnownTo(interaction, set) ? set : null;
  if (digest === null && (await rulesOf(bot, interaction, { ...place, rule: null })).length === 0) {
    return interaction.respond(nothingToShowNowMessage());
  }
  const zone = digest?.zone ?? (await ownZone(bot, interaction)) ?? "UTC";
  const now = bot.clock.now();
  // The answer is for the person alone.
  const sources = { ...bot.digestSources, projects: interaction.permissions.projects };
  const contents = await digestContents(sources, { ...place, rule: digest?.rule ?? null }, now);
  await interaction.respond(
    digestMessage({
      ...contents,
      isAboutWatched: digest === null || digest.rule === null,
      zone,
      place: bot.hex.place.now,
      now,
      notes: [digestNote(digest)],
      hasTables: bot.dataTables.areTaken,
      onTableRefused: () => bot.dataTables.refused(),
    }),
  );
}

/** @throws StoreFailure, AccessDenied */
export async function endDigest(bot: Bot, interaction: Interaction): Promise<void> {
  const place = placeOf(interaction);
  const before = await bot.digests.in(place);
  if (before !== null && !isKnownTo(interaction, before)) {
    noteHidden(interaction, before, "digest_off");
    return interaction.respond(digestOffMessage(false));
  }
  if (before !== null) await demandToEndDigest(bot, interaction, before, "digest_off");
  const was = await bot.digests.remove(place);
  const result = was ? "ended" : "none_set";
  const project = projectOfRule(interaction, before?.rule ?? null);
  await bot.audit.record(deedEntry(interaction, "digest_off", bot.clock.now(), { project, result }));
  interaction.log.info({ was }, "digest off");
  bot.wakeFollowing();
  await interaction.respond(digestOffMessage(was));
}

function placeOf({ conversation: { channel, threadTs } }: Interaction): WatchPlace {
  return { channel, threadTs };
}

/** Null when Slack does not tell it, or tells one that this machine does not know. */
async function ownZone(bot: Bot, { user, log }: Interaction): Promise<string | null> {
  const told = await personZone(user, { ...bot, log });
  return told === null ? null : zoneNamed(told);
}

/** Null: what is watched here. Undefined after telling the person why there is none. */
async function ruleOf(bot: Bot, interaction: Interaction, typed: TypedDigest): Promise<Rule | null | undefined> {
  const { rule, text } = typed;
  if (rule?.kind === "owner" && !isAddress(rule.email)) {
    await interaction.respond(ownerIsAddressMessage(rule.email, "digest 08:00"));
    return undefined;
  }
  if (rule !== null) {
    // The known projects are worth counting, whatever Hex answers.
    await lookForNew(interaction, MINUTE).catch(asHexError);
    return rule;
  }
  if (text === "") return null;
  const reference = parseProjectRef(text, bot.hex.origin);
  if (isUnusable(reference)) {
    await interaction.respond(unusableLinkMessage(reference, bot.hex.host));
    return undefined;
  }
  const projectId = projectIdIn(reference);
  if (projectId !== null) return { kind: "project", id: (await readProject(interaction, projectId, "digest")).id };
  await interaction.permissions.projects.ready();
  const name = titleIn(reference) ?? text;
  const match = interaction.permissions.projects.match(name, "listed");
  const meant = projectMeant(match);
  if (meant !== null) return { kind: "project", id: meant.id };
  noteAttempt(interaction, "digest", { kind: "words", text: name, mayBePart: true });
  await interaction.respond(whichDigestProjectMessage(typed, mayBeMeant(match), bot.hex.place.now));
  return undefined;
}
