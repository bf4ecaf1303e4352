// Random inputs for the fuzz test, as data: who does what, and which rules are in force then. What they are about is drawn as a number,
// because the messages, forms and runs that there are depend on what happened before.

import fc from "fast-check";
import { VERBS, type Verb } from "../../src/access/policy.js";
import { COMMANDS } from "../../src/slack/listeners/commands/index.js";
import { PICKERS } from "../../src/slack/listeners/options/index.js";
import { ACTIONS } from "../../src/slack/messages/action-ids.js";
import { SHORTCUTS, VIEWS } from "../../src/slack/messages/view-ids.js";
import type { WrittenRule } from "../access/by-the-words.js";

/** Who acts. Ada and Grace are now members, now guests or administrators. */
export type Actor = "ada" | "grace" | "stranger" | "bot";

/** A project by its place in the list of all, or anything else that somebody may name. */
export type Named = { project: number; by: "id" | "title" } | { text: string };

export type Act =
  | { kind: "typed"; how: "command" | "mention" | "dm"; command: string; named: Named; flags: string }
  /** A button that some message shows or showed, as it is. */
  | { kind: "pressed"; button: number }
  /** A button with any value. */
  | { kind: "made up"; actionId: string; value: Value; on: "channel" | "modal" | "home" }
  | { kind: "opened"; by: "command" | "shortcut" | "home" }
  /** The form that somebody has open, changed or submitted with what stands in it, and perhaps with the metadata of another one. */
  | {
      kind: "form";
      deed: "picks" | "types" | "submits" | "closes";
      fills: Fills;
      metadata: Metadata;
      callbackId: string;
    }
  | { kind: "picker"; actionId: string; query: Named; metadata: Metadata; on: "channel" | "modal" | "home" }
  | { kind: "shortcut"; callbackId: string; on: "nothing" | "message" }
  | { kind: "home"; tab: "home" | "messages" }
  /** Another act's payload, of which something is missing or strange. */
  | { kind: "broken"; act: Act; damage: readonly { at: number; put: unknown }[] }
  | { kind: "time"; seconds: number; fails: number | null };

/** The value of a button: a text, or JSON as the buttons of the bot carry it. */
export type Value = Named | { json: Record<string, unknown>; of: number };

/** What stands in the form's fields. */
export interface Fills {
  project: Named | null;
  typed: Named | null;
  text: string;
  options: readonly string[];
  channel: number | null;
}

/** The form's own, that of any other form, or made up. */
export type Metadata = "own" | { form: number } | { made: unknown };

export interface FuzzedInput {
  /** `null`: as before; `none`: no rules at all. */
  rules: readonly WrittenRule[] | "none" | null;
  who: Actor;
  act: Act;
}

export interface World {
  projects: readonly { id: string; owner: string }[];
  people: { ada: string; grace: string };
  group: string;
  /** Ids. */
  channels: readonly string[];
}

const HOSTILE = [
  ...["", " ", "*", "<!channel>", "<@U0GRACEHOPP>", "&lt;", "`", "\u0000", "\u202eabc", "👩‍👩‍👧", "\ud800", "a\nb"],
  ...["__proto__", "constructor", "../..", "'; drop table runs; --", "{{x}}", "%00", "x".repeat(2_900)],
];

const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const named = (count: number): fc.Arbitrary<Named> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ project: fc.nat(count - 1), by: fc.constantFrom("id" as const, "title") }) },
    { weight: 1, arbitrary: text.map((one) => ({ text: one })) },
  );
const JSONS: Record<string, unknown>[] = [
  ...[
    { project: "?", run: "?" },
    { project: "?", nonce: "n" },
    { project: "?", nonce: "n", choice: { text: "x" } },
  ],
  ...[
    { project: "?", nonce: "n", choice: { text: "x", purpose: "watch" } },
    { project: "?", nonce: "n", choice: "kept" },
  ],
  ...[
    { project: "?", carried: { publish: true } },
    { words: [], page: 1 },
    { words: ["a"], page: -1e9 },
  ],
  ...[
    { alert: "?", to: 0 },
    { alert: "?", to: 0, holder: null, version: 0 },
    { alert: "?", to: 1e300, for: "hour" },
  ],
  ...[{ nonce: "n", passed: ["?"], choice: { text: "x" } }, { id: "?" }, { projectId: "?" }],
];
const metadata: fc.Arbitrary<Metadata> = fc.oneof(
  { weight: 4, arbitrary: fc.constant("own" as const) },
  { weight: 2, arbitrary: fc.record({ form: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((made) => ({ made })) },
  { weight: 1, arbitrary: fc.constantFrom({ made: { place: "C0TEAMROOM1" } }, { made: { nonce: 1 } }) },
);

function rulesIn({ projects, people, group, channels }: World): fc.Arbitrary<readonly WrittenRule[]> {
  const verbs = fc.oneof(
    fc.constantFrom<Verb[]>([...VERBS], ["see", "run"], ["see"], ["see", "run", "publish"]),
    fc.subarray([...VERBS], { minLength: 1 }),
  );
  const who = fc.constantFrom("everyone", "members", "guests", "admins", people.ada, people.grace, group, "owner");
  const about = fc.constantFrom(
    ...projects.map(({ id }) => ({ id })),
    ...[{ title: "Al*" }, { title: "*a quin" }, { owner: "ada@acme.test" }, { category: "Sales" }],
    { title: "*", category: "finance" },
  );
  const rule = fc.record({
    effect: fc.constantFrom("allow" as const, "allow", "allow", "deny", "approval"),
    verbs,
    people: fc.uniqueArray(who, { minLength: 1, maxLength: 2 }),
    channels: fc.option(fc.subarray([...channels], { minLength: 1 }), { nil: undefined, freq: 3 }),
    projects: fc.option(fc.array(about, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    by: fc.constantFrom([people.grace], ["admins"], [group], [people.ada, people.grace]),
  });
  const some = fc.array(rule.map(meaningful), { minLength: 1, maxLength: 5 });
  // Otherwise, hardly anybody could do anything.
  const rest: WrittenRule = { effect: "allow", verbs: [...VERBS], people: ["everyone"] };
  return fc.tuple(some, fc.boolean()).map(([rules, isOpen]) => (isOpen ? [...rules, rest] : rules));
}

/** Approvals are for runs, and nothing about administration is about a project. */
function meaningful({ by, ...rule }: WrittenRule): WrittenRule {
  const approvable = rule.verbs.filter((verb) => verb === "run" || verb === "publish");
  if (rule.effect === "approval") return { ...rule, verbs: approvable.length > 0 ? approvable : ["run"], by };
  const isAboutProjects = rule.projects !== undefined || rule.people.includes("owner");
  const verbs = isAboutProjects ? rule.verbs.filter((verb) => verb !== "administer") : rule.verbs;
  return { ...rule, verbs: verbs.length > 0 ? verbs : ["see"] };
}

export function inputsIn(world: World): fc.Arbitrary<FuzzedInput> {
  const which = named(world.projects.length);
  const word = fc.oneof(
    fc.constantFrom("run", "run", "cancel", "watch", "digest 08:00 UTC"),
    fc.constantFrom(...COMMANDS.map(({ name }) => name)),
    text,
  );
  const fills = fc.record({
    project: fc.option(which),
    typed: fc.option(which, { freq: 2 }),
    text,
    options: fc.subarray(["fresh", "publish", "dryRun", "else"]),
    channel: fc.option(fc.nat(9), { freq: 2 }),
  });
  const actionId = fc.oneof(fc.constantFrom<string>(...Object.values(ACTIONS)), text);
  const where = fc.constantFrom("channel" as const, "channel", "modal", "home");
  const value: fc.Arbitrary<Value> = fc.oneof(
    which,
    fc.record({ json: fc.constantFrom(...JSONS), of: fc.nat(world.projects.length - 1) }),
    fc.json({ maxDepth: 2 }).map((one) => ({ text: one })),
  );
  // Slack takes no longer ones from an app, and none that is empty.
  const other = text.map((one) => one.slice(0, 255) || "?");
  const callbackId = (known: readonly string[]) =>
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: other });
  const simple = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant("typed" as const),
        how: fc.constantFrom("command" as const, "mention", "dm"),
        command: word,
        named: which,
        flags: fc.constantFrom("", "", "--publish", "--dry-run", "x=1", "--fresh", "all", "off", "region=\u0000"),
      }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("pressed" as const), button: fc.nat(1_000) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("made up" as const), actionId, value, on: where }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("opened" as const),
        by: fc.constantFrom("command" as const, "shortcut", "home"),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("form" as const),
        deed: fc.constantFrom("picks" as const, "types", "submits", "submits", "closes"),
        fills,
        metadata,
        callbackId: callbackId(Object.values(VIEWS)),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("picker" as const),
        actionId: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(...PICKERS.map(({ id }) => id)) },
          { weight: 1, arbitrary: text },
        ),
        query: which,
        metadata,
        on: where,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("shortcut" as const),
        callbackId: callbackId(Object.values(SHORTCUTS)),
        on: fc.constantFrom("nothing" as const, "message"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("home" as const), tab: fc.constantFrom("home" as const, "messages") }),
    },
  );
  const odd = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, 0, -1, 1e300, true, "", [], {}, "x".repeat(50_000), { a: [[[null]]] }),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 14, arbitrary: simple },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("broken" as const),
        act: simple,
        damage: fc.array(fc.record({ at: fc.nat(1_000), put: odd }), { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("time" as const),
        seconds: fc.integer({ min: 1, max: 120 }),
        fails: fc.option(fc.nat(world.projects.length - 1)),
      }),
    },
  );
  return fc.record({
    rules: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 5, arbitrary: rulesIn(world) },
      { weight: 1, arbitrary: fc.constant("none" as const) },
    ),
    who: fc.constantFrom("ada" as const, "ada", "ada", "grace", "grace", "grace", "stranger", "bot"),
    act,
  });
}
