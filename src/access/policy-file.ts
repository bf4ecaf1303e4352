// The policy file's shape, from which its JSON Schema is made.

import { z } from "zod";
import { APPROVABLE, VERBS } from "./policy.js";

/** Far more than anybody can read. */
export const MOST_RULES = 2_000;
/** In characters. */
export const LONGEST_FILE = 1_000_000;
/** The longest list in one place of a rule. */
export const MOST_TERMS = 1_000;
const LONGEST_TEXT = 500;

/** Ids of people, as Slack's "Copy member ID" gives them. */
const PERSON = /^[UW][A-Z0-9]{4,30}$/;
/** Ids of user groups, as in the address of the group's page. */
const GROUP = /^S[A-Z0-9]{4,30}$/;
/** Channels, private channels and group messages, and direct messages. */
const CHANNEL = /^[CGD][A-Z0-9]{4,30}$/;
const WORDS = ["everyone", "members", "guests", "admins", "owner"] as const;
export type PeopleWord = (typeof WORDS)[number];
/** A name of the file's own for people. Lower case, so that it cannot be taken for an id. */
const NAME = /^[a-z][a-z0-9_-]{0,39}$/;
export const APPROVAL = /^approval by (.+)$/;

export function isPersonId(text: string): boolean {
  return PERSON.test(text);
}

export function isGroupId(text: string): boolean {
  return GROUP.test(text);
}

export function peopleWord(text: string): PeopleWord | null {
  return WORDS.find((word) => word === text) ?? null;
}

export const PEOPLE_WORDS: readonly string[] = WORDS;

function oneOrMore<T extends z.ZodType>(item: T) {
  return z.union([item, z.array(item).min(1).max(MOST_TERMS)]);
}

/** Only editors use the pattern: the bot's own check also says what was probably meant. */
const somebody = z.string().meta({ pattern: `${PERSON.source}|${GROUP.source}|${NAME.source}` });
const who = oneOrMore(somebody).describe(
  "everyone, members, guests, admins, owner (whoever owns the project), the id of a person or of a user group, or a name from `people`",
);
const verbs = oneOrMore(z.enum(VERBS));
const patterns = oneOrMore(
  z
    .string()
    .max(LONGEST_TEXT)
    .regex(/[^\s*]|^\*$/),
);

const filter = z
  .strictObject({
    id: patterns.optional().describe("The project's id in Hex"),
    title: patterns.optional().describe("The project's title; * stands for any text"),
    category: patterns.optional(),
    status: patterns.optional(),
    owner: patterns.optional().describe("The owner's e-mail address in Hex; * stands for any text"),
    collection: patterns.optional(),
  })
  .describe("All of these must match; of a list, at least one");

const rule = z
  .strictObject({
    name: z.string().min(1).max(LONGEST_TEXT).optional().describe("Appears in refusals and in the audit log"),
    allow: verbs.optional(),
    deny: verbs.optional(),
    people: who,
    channels: oneOrMore(z.string().regex(CHANNEL))
      .optional()
      .describe("Ids of the conversations in which the rule applies"),
    projects: oneOrMore(filter).optional(),
    needs: z
      .string()
      .regex(APPROVAL)
      .optional()
      .describe(`For ${APPROVABLE.join(" and ")}: approval by <people>`),
  })
  .describe("The first rule that applies decides");

export const policyFileSchema = z.strictObject({
  people: z.record(z.string().regex(NAME), who).optional().describe("Names for people, to be used in rules"),
  rules: z.array(rule).min(1).max(MOST_RULES),
});
export const FILE_KEYS: readonly string[] = Object.keys(policyFileSchema.shape);
export const RULE_KEYS: readonly string[] = Object.keys(rule.shape);
export type PolicyFile = z.output<typeof policyFileSchema>;
export type RuleInFile = PolicyFile["rules"][number];

const { name, allow, deny, people, channels, projects, needs } = rule.shape;
const readableRule = z.object({
  name: name.catch(undefined),
  allow: allow.catch(undefined),
  deny: deny.catch(undefined),
  people: people.catch([]),
  channels: channels.catch(undefined),
  projects: projects.catch(undefined),
  needs: needs.catch(undefined),
});
const readableFile = z.object({
  people: z.record(z.string(), who.catch([])).catch({}),
  rules: z
    .array(readableRule.catch({ people: [] }))
    .max(MOST_RULES)
    .catch([]),
});

/** What can be read of a file that the schema refuses, so that mistakes in the rest of it can be named, too. */
export function readablePart(content: unknown): PolicyFile {
  return readableFile.catch({ people: {}, rules: [] }).parse(content);
}

/** The JSON Schema with which editors check the file while it is written. */
export function policyJsonSchema(): unknown {
  return z.toJSONSchema(policyFileSchema, { io: "input" });
}
