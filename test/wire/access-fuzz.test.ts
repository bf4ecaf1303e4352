// Random people do random things under random rules, of which some change in between: commands, mentions, buttons, forms, pickers,
// shortcuts and the Home tab, also as Slack never sends them. Everything is acknowledged and answered, nothing crashes, and nothing is
// done or shown without a right. HEX_BOT_FUZZ_INPUTS says how many inputs, HEX_BOT_FUZZ_SEED which.

import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { textOf, type WrittenPerson, type WrittenRule } from "../access/by-the-words.js";
import { type Interaction, PersonInSlack, type SlackMessage } from "../sandbox/slack/server.js";
import { auditedIn } from "./audited.js";
import { type Act, type Actor, type FuzzedInput, inputsIn } from "./fuzzed-inputs.js";
import { damaged, isJson, type Json, Payloads } from "./fuzzed-payloads.js";
import { Harness, MODES, shown } from "./harness.js";
import { JudgedDeeds, type Moment } from "./judged-deeds.js";

const INPUTS = Number(process.env.HEX_BOT_FUZZ_INPUTS ?? 150);
const SEED = Number(process.env.HEX_BOT_FUZZ_SEED ?? 20_261_126);
/** So many by one bot, whose seed is in the name of the test. */
const MOST = 250;
/** After so many, people are somebody else for Slack: guests, administrators, of a group. */
const AS_OFTEN = 40;

/** How long (real ms) an acknowledgement may take on a busy machine: a form is answered after two seconds of the clock at the latest. */
const PATIENCE_MS = 20_000;

const GROUP = "S0DATATEAM1";
/** What each says of Ada, and then of Grace. */
const ROLES = [
  { ada: undefined, grace: undefined, group: ["ada"] },
  { ada: "admin", grace: "guest", group: ["grace"] },
  { ada: "guest", grace: undefined, group: ["ada", "grace"] },
  { ada: undefined, grace: "admin", group: [] },
] as const;

vi.setConfig({ testTimeout: 120_000 + Math.min(INPUTS, MOST) * 4_000 });

const bots = Math.max(2, Math.ceil(INPUTS / MOST));
const size = Math.ceil(INPUTS / bots);
const seeds = Array.from({ length: bots }, (_, at) => SEED + at);

let bench: Harness;
afterEach(() => bench.stop());

describe.each(MODES)("over %s", (mode) => {
  const own = seeds.filter((one) => MODES[one % MODES.length] === mode);
  test.each(own)(`${size} inputs with the seed %d`, async (seed) => {
    bench = await Harness.start(mode, { env: { LOG_LEVEL: "info" }, slackPingMs: PATIENCE_MS });
    const fuzz = await Fuzz.start(seed);
    for (const input of fc.sample(inputsIn(fuzz.world), { numRuns: size, seed })) await fuzz.try(input);
    expect([...fuzz.judged.counts.keys()].join()).toMatch(/run|publish|cancel|watch|digest|start|approval/);
    if (process.env.HEX_BOT_FUZZ_INPUTS !== undefined) console.log(seed, Object.fromEntries(fuzz.judged.counts));
  });
});

/** What an act leads to. */
interface Attempt {
  send: () => Promise<Interaction | null>;
  places: Moment["places"];
  /** `nothing`: nobody is answered; `perhaps`: what has no effect need not be. */
  answer: "something" | "perhaps" | "nothing" | "options";
  /** What its words name, and may stand in the answer. */
  names?: string;
  /** The message or view whose change is the answer. */
  pressed?: SlackMessage;
}

/** What there was before an act. */
interface Seen {
  messages: number;
  edits: ReadonlyMap<SlackMessage, number>;
  views: ReadonlyMap<string, string>;
}

class Fuzz {
  readonly judged: JudgedDeeds;
  readonly #payloads: Payloads;
  #rules: readonly WrittenRule[] | null = null;
  #done = 0;

  private constructor(
    private readonly projects: { id: string; title: string; owner: string; categories: string[] }[],
    private readonly firstRoles: number,
  ) {
    this.judged = new JudgedDeeds(projects);
    this.#payloads = new Payloads(bench, projects);
  }

  static async start(seed: number): Promise<Fuzz> {
    bench.hex.workspace.rateLimits.enabled = false;
    bench.slack.invite(bench.slack.channels.data, bench.slack.otherBot);
    const projects = [
      { title: "Alpha quin", owner: "ada@acme.test", categories: ["Sales"] },
      { title: "Beta zorv", owner: "grace@acme.test", categories: ["Finance"] },
      { title: "Gamma wexl", owner: "olga@acme.test", categories: [] },
    ].map(({ title, owner, categories }) => {
      const options = {
        title,
        ownerEmail: owner,
        categories,
        run: title.startsWith("Gamma") ? { neverEnds: true } : {},
      };
      return { id: bench.hex.workspace.addProject(options).id, title, owner, categories };
    });
    await bench.ask("projects");
    return new Fuzz(projects, seed);
  }

  get world() {
    const { people, channels } = bench.slack;
    return {
      projects: this.projects,
      people: { ada: people.ada.id, grace: people.grace.id },
      group: GROUP,
      channels: [channels.data.id, bench.slack.dm(people.ada).id],
    };
  }

  async try(input: FuzzedInput): Promise<void> {
    if (this.#done++ % AS_OFTEN === 0) await this.#become(this.firstRoles + this.#done);
    this.#obey(input.rules);
    const attempt = this.#attempt(input.who, input.act);
    const before = this.#seen();
    const asked = bench.asked.length;
    const logged = bench.log.length;
    const sent = await attempt.send();
    const about = JSON.stringify({ done: this.#done, ...input, rules: this.#rules?.map(textOf) });
    if (sent !== null) expect(sent.ack.error ?? "", about).not.toBe("timeout");
    if (attempt.answer === "something") {
      await bench
        .until(() => this.#isAnswered(input.who, before, sent, attempt), 50)
        .catch(() => expect([about, ...bench.log.slice(logged)].join("\n")).toBe("answered"));
    }
    // A run is started after its card has been posted.
    await bench.pass(2_000);
    const moment = this.#moment(input.who, input.act, attempt);
    const requests = bench.asked
      .slice(asked)
      .filter((request) => request.endpoint === "cancelRun" || bench.starts.includes(request));
    expect(this.judged.wrongs(moment, requests, auditedIn(bench.log.slice(logged))), about).toEqual([]);
    expect(this.#shownWrongly(moment, sent, attempt), about).toEqual([]);
    expect(
      bench.log.slice(logged).filter((line) => /"level":"(error|fatal)"/.test(line)),
      about,
    ).toEqual([]);
    if (attempt.answer === "nothing") expect(this.#answersTo(input.who, before), about).toEqual([]);
    expect(bench.slack.takeTroubles(), about).toEqual([]);
  }

  /** Slack says something else of people, and the bot asks again after five minutes. */
  async #become(turn: number): Promise<void> {
    const { roles, groups, people } = bench.slack;
    const now = ROLES[turn % ROLES.length] ?? ROLES[0];
    roles.clear();
    for (const name of ["ada", "grace"] as const) if (now[name] !== undefined) roles.set(people[name].id, now[name]);
    groups.set(GROUP, new Set(now.group.map((name) => people[name].id)));
    for (const { id, finished } of bench.hex.workspace.runs) if (!finished) bench.hex.workspace.cancelInHex(id);
    await bench.pass(6 * 60_000, 30_000);
  }

  #obey(rules: FuzzedInput["rules"]): void {
    if (rules === null) return;
    this.#rules = rules === "none" ? null : rules;
    if (this.#rules === null) bench.policy = null;
    else bench.rules(...this.#rules.map(textOf));
  }

  #attempt(who: Actor, act: Act): Attempt {
    const asMention = {
      kind: "typed",
      how: "mention",
      command: "run",
      named: { project: 0, by: "id" },
      flags: "",
    } as const;
    // Slack shows people of other workspaces neither commands, nor shortcuts, nor the Home tab.
    const isForMembers =
      ["opened", "shortcut", "home"].includes(act.kind) || (act.kind === "typed" && act.how === "command");
    return this.#attempts(who, who === "bot" || (who === "stranger" && isForMembers) ? asMention : act);
  }

  #attempts(who: Actor, act: Act): Attempt {
    const person = this.#person(who);
    const { data } = bench.slack.channels;
    switch (act.kind) {
      case "typed": {
        const text = `${act.command} ${this.#payloads.text(act.named)} ${act.flags}`;
        const dm = bench.slack.dm(person.person).id;
        const answer = who === "bot" ? ("nothing" as const) : ("something" as const);
        if (act.how === "command") return { send: () => person.command(text), places: [data.id], answer, names: text };
        const write = () =>
          act.how === "dm" ? person.dm(text.trim() === "" ? "help" : text) : person.mention(data, text);
        return {
          send: async () => write().then(() => null),
          places: [act.how === "dm" ? dm : data.id],
          answer,
          names: text,
        };
      }
      case "pressed": {
        const payload = this.#payloads.pressed(person.person, act.button);
        if (payload === null) return this.#attempt(who, { kind: "opened", by: "command" });
        return {
          ...this.#raw(payload.body),
          places: [payload.place],
          answer: "something",
          pressed: payload.message,
          names: JSON.stringify(payload.body),
        };
      }
      case "made up": {
        const { body, place } = this.#payloads.madeUp(person.person, act);
        // Emptying the search field on the Home tab has no answer, nor has a form that Slack could not have sent.
        const answer = act.on === "channel" && body.value !== "" ? "something" : "perhaps";
        const isEmptied = act.actionId === "home_search" && this.#payloads.value(act.value) === "";
        return {
          ...this.#raw(body),
          places: [place],
          answer: isEmptied ? "perhaps" : answer,
          names: JSON.stringify(body),
        };
      }
      case "opened":
        return this.#opens(person, act.by);
      case "form": {
        const form = person.form;
        if (form === undefined) return this.#attempt(who, { kind: "opened", by: "command" });
        const { body, place } = this.#payloads.form(person.person, act, form.view);
        return {
          ...this.#raw(body),
          places: [place],
          answer: act.deed === "submits" ? "something" : "perhaps",
          names: JSON.stringify(body),
        };
      }
      case "picker": {
        const { body, place } = this.#payloads.picker(person.person, act, person.form?.view);
        return { ...this.#raw(body), places: [place], answer: "options" };
      }
      case "shortcut": {
        const message = bench.cards.at(-1);
        const { body } = this.#payloads.shortcut(person.person, act, message);
        return { ...this.#raw(body), places: [null], answer: "something" };
      }
      case "home":
        return {
          send: async () => (act.tab === "home" ? person.openHome() : person.openMessages()).then(() => null),
          places: [null],
          answer: act.tab === "home" ? "something" : "perhaps",
        };
      case "broken":
        return this.#broken(person, act);
      case "time":
        return { send: () => this.#wait(act), places: [null], answer: "perhaps" };
    }
  }

  #opens(person: PersonInSlack, by: "command" | "shortcut" | "home"): Attempt {
    const acts = {
      command: () => person.command("run"),
      shortcut: () => person.shortcut("run_project"),
      home: () => person.openHome().then(() => null),
    };
    const places = { command: bench.slack.channels.data.id, shortcut: null, home: null };
    return { send: acts[by], places: [places[by]], answer: "something" };
  }

  #broken(person: PersonInSlack, { act, damage }: Extract<Act, { kind: "broken" }>): Attempt {
    const whole = (() => {
      switch (act.kind) {
        case "pressed":
          return this.#payloads.pressed(person.person, act.button);
        case "made up":
          return this.#payloads.madeUp(person.person, act);
        case "picker":
          return this.#payloads.picker(person.person, act, person.form?.view);
        case "form":
          return person.form === undefined ? null : this.#payloads.form(person.person, act, person.form.view);
        case "shortcut":
          return this.#payloads.shortcut(person.person, act, bench.cards.at(-1));
        default:
          return null;
      }
    })();
    const text = act.kind === "typed" ? `${act.command} ${this.#payloads.text(act.named)} ${act.flags}` : "run";
    const type = whole === null ? "slash_commands" : "interactive";
    // Slack lets only members type commands.
    const typist = person.person === bench.slack.people.stranger ? bench.slack.people.ada : person.person;
    const body = damaged(whole?.body ?? this.#payloads.command(typist, text), damage);
    const send = () =>
      bench.meanwhile(
        bench.slack.sendExactly(
          type,
          ({ triggerId, responseUrl }) => ({
            trigger_id: triggerId,
            response_url: responseUrl,
            ...body,
          }),
          { timeoutMs: PATIENCE_MS },
        ),
      );
    // What names neither a conversation nor a view happens with the person alone.
    return { send, places: [...placesIn(body), person.id, null], answer: "perhaps", names: JSON.stringify(body) };
  }

  #raw(body: Json): Pick<Attempt, "send"> {
    return { send: () => bench.meanwhile(bench.slack.sendInteraction(body, { timeoutMs: PATIENCE_MS })) };
  }

  async #wait({ seconds, fails }: Extract<Act, { kind: "time" }>): Promise<null> {
    const project = fails === null ? undefined : this.projects[fails % this.projects.length];
    if (project !== undefined)
      bench.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    await bench.pass(seconds * 1_000, 5_000);
    return null;
  }

  #person(who: Actor): PersonInSlack {
    return who === "bot"
      ? new PersonInSlack(bench.slack, bench.slack.otherBot, (work) => bench.meanwhile(work))
      : bench.person(who);
  }

  #moment(who: Actor, act: Act, { places }: Attempt): Moment {
    const { people, roles, groups } = bench.slack;
    const described = Object.entries(people).map(([name, { id, email = "" }]): WrittenPerson => {
      const isOfWorkspace = name !== "stranger";
      const isInGroup = groups.get(GROUP)?.has(id) ?? false;
      return {
        id,
        email,
        isOfWorkspace,
        isGuest: roles.get(id) === "guest",
        isAdmin: roles.get(id) === "admin",
        groups: isInGroup ? [GROUP] : [],
      };
    });
    const byId = new Map(described.map((one) => [one.id, one]));
    const isCommand = act.kind === "broken" && who === "stranger";
    const actor = act.kind === "time" || who === "bot" ? null : (byId.get(people[isCommand ? "ada" : who].id) ?? null);
    return { rules: this.#rules, actor, places, people: byId };
  }

  #seen(): Seen {
    const { messages, views } = bench.slack;
    return {
      messages: messages.length,
      edits: new Map(messages.map((one) => [one, one.edits])),
      views: new Map(views.map(({ id, hash }) => [id, hash])),
    };
  }

  #isAnswered(who: Actor, before: Seen, sent: Interaction | null, { pressed }: Attempt): boolean {
    const { messages, views } = bench.slack;
    const { id } = this.#person(who);
    if (sent !== null && isJson(sent.ack.body) && Object.keys(sent.ack.body).length > 0) return true;
    const isForThem = (message: SlackMessage) =>
      message.via !== "person" && (message.user === null || message.user === id);
    if (messages.slice(before.messages).some(isForThem)) return true;
    if (
      pressed !== undefined &&
      messages.some((one) => one.ts === pressed.ts && (one.deleted || one.edits !== before.edits.get(one)))
    )
      return true;
    return views.some((view) => view.user === id && before.views.get(view.id) !== view.hash);
  }

  /** What a message that somebody has just written led to: what only they see, and what is in its thread. */
  #answersTo(who: Actor, before: Seen): string[] {
    const since = bench.slack.messages.slice(before.messages);
    const written = since.filter(({ via }) => via === "person").map(({ ts }) => ts);
    const { id } = this.#person(who);
    return since
      .filter(({ via, user, threadTs }) => via !== "person" && (user === id || written.includes(threadTs ?? "")))
      .map(shown);
  }

  /** Titles in the answer, and options of a picker, that somebody may not see or start. */
  #shownWrongly(moment: Moment, sent: Interaction | null, { answer, names = "" }: Attempt): string[] {
    if (sent === null) return [];
    const body = JSON.stringify(sent.ack.body ?? "");
    const mine = bench.slack.messages.filter((message) => message.responseUrlOf === sent.id && message.ephemeral);
    const read = [body, ...mine.map(shown)].join("\n");
    const verb = answer === "options" ? "run" : "see";
    const isNamed = ({ id, title }: { id: string; title: string }) => names.includes(id) || names.includes(title);
    return this.projects
      .filter((project) => read.includes(project.title) && !this.judged.mayAt(moment, verb, project.id))
      .filter((project) => answer === "options" || !(isNamed(project) || this.judged.hasRunOf(moment, project.id)))
      .map(({ title }) => `${title} in ${read}`);
  }
}

/** Every conversation that a payload names. */
function placesIn(body: Json): (string | null)[] {
  const { channel, container, channel_id: typedIn, view } = body;
  const found = [
    isJson(channel) ? channel.id : null,
    isJson(container) ? container.channel_id : null,
    typedIn,
    isJson(view) ? /"place":"([^"]+)"/.exec(String(view.private_metadata))?.[1] : null,
  ];
  // A form's fields are all texts.
  return found.flatMap((one) =>
    typeof one === "string" || typeof one === "number" || typeof one === "boolean" ? [String(one)] : [],
  );
}
