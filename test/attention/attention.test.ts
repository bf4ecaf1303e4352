// Who has what: presses of several people at once, and what each is told.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Attention,
  attentionSchema,
  attentionTo,
  holderOf,
  isSilenced,
  NO_ATTENTION,
  pressed,
  silenced,
  subjectKey,
  unsilenced,
  versionOf,
} from "../../src/attention/attention.js";

const HOUR = 3_600_000;

/** A press by somebody who saw this. */
const press = (by: string, seen: readonly Attention[], at = 1) => ({
  by,
  at,
  holder: holderOf(seen),
  version: versionOf(seen),
});
const holders = (all: readonly Attention[]) => all.map(({ taken }) => taken?.by ?? null);
const taken = (by: string): Attention => ({ ...NO_ATTENTION, version: 1, taken: { by, at: 0 } });

describe("I'm on it", () => {
  test("taken, and pressed again: no longer", () => {
    const first = pressed([NO_ATTENTION], 0, press("ada", [NO_ATTENTION], 7));
    expect(first).toEqual({
      outcome: { kind: "taken", from: [] },
      next: [{ version: 1, taken: { by: "ada", at: 7 }, silence: null }],
    });
    const again = pressed(first.next, versionOf(first.next), press("ada", first.next));
    expect(again.outcome).toEqual({ kind: "released" });
    expect(holders(again.next)).toEqual([null]);
  });

  test("a double click is one press, of each kind", () => {
    const seen = [NO_ATTENTION];
    const { next } = pressed(seen, 0, press("ada", seen));
    expect(pressed(next, versionOf(next), press("ada", seen))).toEqual({ outcome: { kind: "has_it" }, next });
    const { next: released } = pressed(next, versionOf(next), press("ada", next));
    expect(pressed(released, versionOf(released), press("ada", next))).toEqual({
      outcome: { kind: "not_on_it" },
      next: released,
    });
  });

  test("two at the same moment: the first has it, and the second is told so", () => {
    const seen = [NO_ATTENTION];
    const { next } = pressed(seen, 0, press("ada", seen));
    expect(pressed(next, versionOf(next), press("grace", seen))).toEqual({
      outcome: { kind: "held", by: "ada" },
      next,
    });
  });

  test("whoever sees that somebody else has it takes it over", () => {
    const seen = [taken("ada")];
    const { outcome, next } = pressed(seen, versionOf(seen), press("grace", seen));
    expect(outcome).toEqual({ kind: "taken", from: ["ada"] });
    expect(holders(next)).toEqual(["grace"]);
  });

  test("of several: all of them, those that nobody has and those that somebody else has", () => {
    const seen = [taken("ada"), NO_ATTENTION, taken("grace")];
    const { outcome, next } = pressed(seen, versionOf(seen), press("grace", seen));
    expect(outcome).toEqual({ kind: "taken", from: ["ada"] });
    expect(holders(next)).toEqual(["grace", "grace", "grace"]);
    expect(next[2]).toBe(seen[2]);
  });

  test("of several that are taken over, each who had one is named once", () => {
    const seen = [taken("ada"), taken("linus"), taken("ada"), NO_ATTENTION];
    const { outcome, next } = pressed(seen, versionOf(seen), press("grace", seen));
    expect(outcome).toEqual({ kind: "taken", from: ["ada", "linus"] });
    expect(next.map(({ version }) => version)).toEqual([2, 2, 2, 1]);
  });

  test("of several of which one has come in the meantime: released are those that the person has", () => {
    const seen = [taken("ada"), taken("ada")];
    const now = [...seen, taken("grace")];
    const { outcome, next } = pressed(now, versionOf(now), press("ada", seen));
    expect(outcome).toEqual({ kind: "released" });
    expect(holders(next)).toEqual([null, null, "grace"]);
    expect(next[2]).toBe(now[2]);
  });

  test("nobody had it, and one of several was silenced since the message was shown: taken all the same", () => {
    const seen = [NO_ATTENTION, NO_ATTENTION];
    const { next: now } = silenced(seen, { by: "linus", at: 0, until: null });
    expect(pressed(now, versionOf(now), press("ada", seen)).outcome).toEqual({ kind: "taken", from: [] });
  });

  test("whatever is pressed in whatever order, one of those who pressed has it or nobody, and nobody loses it unseen", () => {
    const step = fc.record({ by: fc.constantFrom("ada", "grace", "linus"), lag: fc.nat({ max: 2 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const history: Attention[][] = [[NO_ATTENTION, NO_ATTENTION]];
        for (const { by, lag } of steps) {
          const now = history.at(-1) ?? [];
          const seen = history.at(-1 - lag) ?? history[0] ?? [];
          const { outcome, next } = pressed(now, versionOf(now), press(by, seen));
          if (outcome.kind === "taken") expect(holders(next)).toEqual([by, by]);
          else if (outcome.kind === "released") expect(holders(next)).not.toContain(by);
          else expect(next).toEqual(now);
          const lost = holders(now).filter((one) => one !== null && one !== by && !holders(next).includes(one));
          if (lost.length > 0) expect(holders(seen)).toEqual(holders(now));
          history.push(next);
        }
      }),
    );
  });
});

describe("silence", () => {
  test("runs out, and one until it is fixed does not", () => {
    const { next } = silenced([NO_ATTENTION], { by: "ada", at: 0, until: HOUR });
    expect(next.map((one) => [isSilenced(one, HOUR - 1), isSilenced(one, HOUR)])).toEqual([[true, false]]);
    const { next: ever } = silenced([NO_ATTENTION], { by: "ada", at: 0, until: null });
    expect(ever.map((one) => isSilenced(one, 1_000 * HOUR))).toEqual([true]);
  });

  test("of an hour is over when the clock is set back by a day, and not for what was over a little before", () => {
    const { next } = silenced([NO_ATTENTION], { by: "ada", at: 48 * HOUR, until: 49 * HOUR });
    expect(next.map((one) => [isSilenced(one, 24 * HOUR), isSilenced(one, 47.5 * HOUR)])).toEqual([[false, true]]);
  });

  test("the second of two is told who was first, and changes nothing", () => {
    const { next } = silenced([NO_ATTENTION], { by: "ada", at: 0, until: HOUR });
    expect(silenced(next, { by: "grace", at: 1, until: null })).toEqual({
      outcome: { kind: "silenced_already", by: "ada" },
      next,
    });
    expect(silenced(next, { by: "grace", at: HOUR, until: null }).outcome).toEqual({ kind: "silenced" });
  });

  test("of several, those are silenced that are not, and the others stay as they are", () => {
    const { next: some } = silenced([NO_ATTENTION], { by: "ada", at: 0, until: HOUR });
    const both = [...some, NO_ATTENTION];
    const { outcome, next } = silenced(both, { by: "grace", at: 1, until: null });
    expect(outcome).toEqual({ kind: "silenced" });
    expect(next[0]).toBe(both[0]);
    expect(next[1]).toEqual({ version: 1, taken: null, silence: { by: "grace", at: 1, until: null } });
  });

  test("leaves whoever has it on it, and its end too", () => {
    const { next } = silenced([taken("ada")], { by: "grace", at: 0, until: null });
    expect(holders(next)).toEqual(["ada"]);
    expect(unsilenced(next, 1).next).toEqual([{ ...taken("ada"), version: 3 }]);
  });

  test("ended, of those that are silenced, and told when none is", () => {
    const { next } = silenced([NO_ATTENTION], { by: "ada", at: 0, until: HOUR });
    const ended = unsilenced([...next, NO_ATTENTION], 1);
    expect(ended.outcome).toEqual({ kind: "ended" });
    expect(ended.next.map((one) => isSilenced(one, 1))).toEqual([false, false]);
    expect(ended.next[1]).toBe(NO_ATTENTION);
    expect(unsilenced(ended.next, 1).outcome).toEqual({ kind: "not_silenced" });
    expect(unsilenced(next, HOUR).outcome).toEqual({ kind: "not_silenced" });
  });
});

describe("who has it", () => {
  test.each<[string, readonly Attention[], string | null]>([
    ["of nothing", [], null],
    ["of what nobody has", [NO_ATTENTION, NO_ATTENTION], null],
    ["of what one person has", [taken("ada"), taken("ada")], "ada"],
    ["of what two people have", [taken("ada"), taken("grace")], null],
    ["of what one person has in part", [taken("ada"), NO_ATTENTION], null],
    ["of what one person has but the first", [NO_ATTENTION, taken("ada")], null],
  ])("%s: %j", (_, all, holder) => expect(holderOf(all)).toBe(holder));
});

test("an outage and a trouble with the same id are two things, and of what nobody pressed anything on there is none", () => {
  const attentions = new Map([[subjectKey({ kind: "trouble", id: "a" }), taken("ada")]]);
  expect(attentionTo(attentions, { kind: "trouble", id: "a" })).toEqual(taken("ada"));
  expect(attentionTo(attentions, { kind: "incident", id: "a" })).toEqual({ version: 0, taken: null, silence: null });
  expect(attentionTo(attentions, { kind: "trouble", id: "b" })).toEqual(NO_ATTENTION);
});

test("it is kept as it is, and nothing else is taken for it", () => {
  const silence = { by: "grace", at: 2, until: null };
  for (const kept of [
    { taken: null, silence: null },
    { taken: { by: "ada", at: 1 }, silence },
    { taken: null, silence: { ...silence, until: HOUR } },
  ])
    expect(attentionSchema.parse(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  for (const other of [{}, { taken: {}, silence: null }, { taken: null, silence: {} }])
    expect(attentionSchema.safeParse(other).success).toBe(false);
});
