import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { uuidOfShortId } from "../../src/hex/links.js";
import { policyMistakeLine } from "../../src/remedies/policy.js";

/** What is said about a file. */
function said(text: string): string[] {
  const reading = parsePolicy(text);
  return reading.ok ? [] : reading.mistakes.map((mistake) => policyMistakeLine("policy.yml", mistake));
}

const rule = (text: string) => `rules:\n  - ${text}\n`;

describe("each mistake is named with its place and with what to write", () => {
  test.each([
    ["no rules at all", "", "1:1: There are no rules."],
    ["an empty list", "rules: []\n", "1:8: There are no rules."],
    ["a list in place of the file", "- allow: see\n", "1:1: This must be a policy that begins with rules:."],
    [
      "an unknown key",
      "rule: 1\nrules: [{allow: see, people: everyone}]\n",
      '1:1: "rule" means nothing here. Did you mean rules?',
    ],
    [
      "an unknown key of a rule",
      rule("{ alow: see, deny: see, people: everyone }"),
      '2:7: "alow" means nothing here. Did you mean allow?',
    ],
    [
      "an unknown field of a project",
      rule("{ allow: see, people: everyone, projects: { colour: red } }"),
      '2:49: "colour" means nothing here. Use one of id, title, category, status, owner, collection.',
    ],
    ["an unknown verb", rule("{ allow: runn, people: everyone }"), '2:14: "runn" is not a verb. Did you mean run?'],
    [
      "one of several",
      rule("{ allow: [see, fly], people: everyone }"),
      '2:20: "fly" is not a verb. Use one of see, run,',
    ],
    ["nobody", rule("{ allow: see }"), "2:5: It does not say whom this is about."],
    ["an empty list of people", rule("{ allow: see, people: [] }"), "2:27: It does not say whom this is about."],
    [
      "a name that nobody has",
      rule("{ allow: see, people: member }"),
      '2:27: "member" names nobody. Did you mean members?',
    ],
    ["a mention", rule('{ allow: see, people: [everyone, "@ada"] }'), '2:38: "@ada" names nobody. Write everyone,'],
    [
      "a name of a channel",
      rule("{ allow: see, people: everyone, channels: '#data' }"),
      '2:47: "#data" is not the id of a conversation.',
    ],
    [
      "a blank pattern",
      rule("{ allow: see, people: everyone, projects: { title: ' ' } }"),
      '2:56: " " is not a pattern.',
    ],
    [
      "a star without quotes",
      rule("{ allow: see, people: everyone, projects: { title: *report } }"),
      "2:56: In YAML, a text that begins with *",
    ],
    [
      "another mark of YAML without quotes",
      rule("{ deny: see, people: everyone, projects: { title: &Salaries 2026 } }"),
      "2:65: In YAML, a text that begins with & means something else. Put it in quotes, like '&report'.",
    ],
    [
      "one more",
      rule("{ deny: see, people: everyone, projects: { title: [x, !Do not run] } }"),
      "2:63: In YAML, a text that begins with ! means something else.",
    ],
    ["a tag of YAML", rule("{ deny: see, people: !!set { everyone } }"), "2:32: In YAML, a text that begins with !"],
    ["a star alone", "rules:\n  - allow: *\n    people: everyone\n", "2:12: In YAML, a text that begins with *"],
    [
      "an id that is none",
      rule("{ allow: see, people: everyone, projects: { id: a/b } }"),
      '2:53: "a/b" is not the id of a project.',
    ],
    ["no project", rule("{ allow: see, people: everyone, projects: {} }"), "2:47: It does not say which projects."],
    ["neither allow nor deny", rule("{ people: everyone }"), "2:5: The rule neither allows nor denies anything."],
    ["both", rule("{ allow: see, deny: run, people: everyone }"), "2:19: A rule either allows or denies."],
    [
      "an approval by nobody",
      rule("{ allow: run, people: everyone, needs: approval }"),
      '2:44: "approval" is not an approval.',
    ],
    [
      "an approval by a stranger",
      rule("{ allow: run, people: everyone, needs: approval by bob }"),
      '2:44: "bob" names nobody.',
    ],
    [
      "an approval of a denial",
      rule("{ deny: run, people: everyone, needs: approval by U0ADA }"),
      "2:36: What is denied cannot be approved.",
    ],
    [
      "an approval of a look",
      rule("{ allow: [run, see], people: everyone, needs: approval by U0ADA }"),
      "2:44: see cannot wait for an approval.",
    ],
    [
      "projects that are administered",
      rule("{ allow: administer, people: everyone, projects: { id: x } }"),
      "2:44: administer is about the bot",
    ],
    ["an owner who administers", rule("{ allow: administer, people: owner }"), "2:34: administer is about the bot"],
    [
      "a name that is a word already",
      `people: { members: U0ADA }\n${rule("{ allow: see, people: everyone }")}`,
      '1:11: "members" cannot be a name',
    ],
    [
      "a name of a name",
      `people: { a: U0ADA, b: a }\n${rule("{ allow: see, people: b }")}`,
      '1:24: "a" is a name from people:, too, and',
    ],
    [
      "a name in capitals",
      `people: { Boss: U0ADA }\n${rule("{ allow: see, people: everyone }")}`,
      '1:11: "Boss" cannot be a name',
    ],
    ["a text in place of a rule", rule("see"), "2:5: This must be a rule."],
    ["the same key twice", "rules: []\nrules: []\n", "2:1: This is not valid YAML: Map keys must be unique."],
    ["a list that does not end", "rules: [a\n", "2:1: This is not valid YAML:"],
    [
      "10,000 rules",
      `rules:\n${"  - { allow: see, people: everyone }\n".repeat(10_000)}`,
      "2:3: There are 10000 rules here, and at most 2000 are read.",
    ],
    ["a file that is far too long", "#".repeat(1_000_001), "1:1: The file has 1000001 characters"],
  ])("%s", (_, text, words) => {
    expect(said(text)[0]).toContain(`policy.yml:${words}`);
  });

  test.each([
    ["the file", "5\n", "1:1: This must be a policy that begins with rules:."],
    ["nothing but a key", "rules:\n", "1:7: There are no rules."],
    ["the rules", "rules: see\n", "1:8: This must be a list of rules."],
    ["a rule that is empty", "rules:\n  -\n", "2:4: This must be a rule."],
    ["a rule that is a list", "rules: [[see]]\n", "1:9: This must be a rule."],
    ["the people", rule("{ allow: see, people: 5 }"), "2:27: This must be people, such as members."],
    ["one of the people", rule("{ allow: see, people: [everyone, 5] }"), "2:38: This must be people, such as members."],
    ["people that are empty", rule("{ allow: see, people: }"), "2:27: It does not say whom this is about."],
    ["what is allowed", rule("{ allow: 5, people: everyone }"), "2:14: This must be a verb, or a list of verbs."],
    ["what is denied", rule("{ deny: [], people: everyone }"), "2:13: This must be a verb, or a list of verbs."],
    [
      "the channels",
      rule("{ allow: see, people: everyone, channels: 5 }"),
      "2:47: This must be the id of a channel, or a list of them.",
    ],
    [
      "the projects",
      rule("{ allow: see, people: everyone, projects: 5 }"),
      "2:47: This must be fields of a project, such as title:.",
    ],
    [
      "one of the projects",
      rule("{ allow: see, people: everyone, projects: [{ id: x }, x] }"),
      "2:59: This must be fields of a project, such as title:.",
    ],
    [
      "projects that are empty",
      rule("{ allow: see, people: everyone, projects: [] }"),
      "2:47: It does not say which projects.",
    ],
    [
      "a title",
      rule("{ allow: see, people: everyone, projects: { title: 5 } }"),
      "2:56: YAML reads this as a number. Put it in quotes.",
    ],
    [
      "one of several titles",
      rule("{ allow: see, people: everyone, projects: { title: [x, true] } }"),
      "2:60: YAML reads this as true or false. Put it in quotes.",
    ],
    [
      "an empty title",
      rule("{ allow: see, people: everyone, projects: { title: } }"),
      "2:56: This must be a text, or a list of texts.",
    ],
    ["an approval", rule("{ allow: run, people: everyone, needs: [U0BOSS] }"), "2:44: This must be approval by …."],
    [
      "a name",
      rule("{ allow: run, people: everyone, name: 5 }"),
      "2:43: YAML reads this as a number. Put it in quotes.",
    ],
    [
      "a name for people",
      `people: { a: 5 }\n${rule("{ allow: see, people: everyone }")}`,
      "1:14: This must be people, such as members.",
    ],
  ])("of the wrong type: %s", (_, text, words) => {
    expect(said(text)).toHaveLength(1);
    expect(said(text)[0]).toContain(`policy.yml:${words}`);
  });

  const many = (text: string, count = 1_001) => `[${Array.from({ length: count }, () => text).join(", ")}]`;
  test.each([
    ["people", rule(`{ allow: see, people: ${many("U0ADALOVEL")} }`), "2:27", "people", "Name a user group"],
    [
      "people of a name",
      `people: { all: ${many("U0ADALOVEL")} }\n${rule("{ allow: see, people: all }")}`,
      "1:16",
      "people",
      "Name a user group",
    ],
    ["verbs", rule(`{ allow: ${many("see")}, people: everyone }`), "2:14", "verbs", "Name each verb once."],
    [
      "channels",
      rule(`{ allow: see, people: everyone, channels: ${many("C0DATA")} }`),
      "2:47",
      "channels",
      "Write several rules.",
    ],
    [
      "projects",
      rule(`{ allow: see, people: everyone, projects: ${many("{ id: x }")} }`),
      "2:47",
      "projects",
      "Use patterns,",
    ],
    [
      "titles of projects",
      rule(`{ allow: see, people: everyone, projects: { title: ${many("x")} } }`),
      "2:56",
      "texts",
      "Use patterns,",
    ],
  ])("a list that is too long: %s", (_, text, at, what, todo) => {
    expect(said(text)).toHaveLength(1);
    expect(said(text)[0]).toContain(
      `policy.yml:${at}: There are 1001 ${what} here, and at most 1000 are read. ${todo}`,
    );
  });

  test("a list that is too long where no list belongs is a mistake of its place, not of its length", () => {
    expect(said(`people: ${many("U0ADALOVEL")}\n${rule("{ allow: see, people: everyone }")}`)).toEqual([
      "policy.yml:1:9: This must be people, such as members.",
    ]);
    expect(said(rule(`{ allow: see, people: everyone, name: ${many("x")} }`))[0]).toContain("This must be a text");
    expect(said(many("see"))[0]).toContain("This must be a policy that begins with rules:");
    expect(said(`rules: [${many("see")}]\n`)[0]).toContain("This must be a rule.");
  });

  test.each([
    [
      "another verb to deny",
      rule("{ deny: canzel, people: everyone }"),
      '2:13: "canzel" is not a verb. Did you mean cancel?',
    ],
    ["a verb alone among others", rule("{ allow: see, deny: [], people: everyone }"), "2:25: This must be a verb"],
    [
      "one of several people",
      rule("{ allow: see, people: [everyone, admin] }"),
      '2:38: "admin" names nobody. Did you mean admins?',
    ],
    [
      "one of several people behind a name",
      `people: { needs: [U0ADA, ada] }\n${rule("{ allow: see, people: needs }")}`,
      '1:26: "ada" names nobody.',
    ],
    [
      "one of several channels",
      rule("{ allow: see, people: everyone, channels: [C0DATA, data] }"),
      '2:56: "data" is not the id of a conversation.',
    ],
    [
      "a field of one of several projects",
      rule("{ allow: see, people: everyone, projects: [{ id: x }, { titel: x }] }"),
      '2:61: "titel" means nothing here. Did you mean title?',
    ],
    [
      "one of several patterns",
      rule("{ allow: see, people: everyone, projects: { title: [x, ''] } }"),
      '2:60: "" is not a pattern.',
    ],
    [
      "nothing but stars",
      rule("{ allow: see, people: everyone, projects: { title: '**' } }"),
      '2:56: "**" is not a pattern.',
    ],
    [
      "one of several ids",
      rule("{ allow: see, people: everyone, projects: { id: [x, a/b] } }"),
      '2:57: "a/b" is not the id of a project.',
    ],
    [
      "one of several filters without a field",
      rule("{ allow: see, people: everyone, projects: [{ id: x }, {}] }"),
      "2:59: It does not say which projects.",
    ],
    [
      "a name that is misspelt",
      `people: { analysts: U0ADA }\n${rule("{ allow: see, people: analists }")}`,
      '3:27: "analists" names nobody. Did you mean analysts?',
    ],
    [
      "the same in an approval",
      `people: { analysts: U0ADA }\n${rule("{ allow: run, people: everyone, needs: approval by U0ADA or analists }")}`,
      '3:44: "analists" names nobody. Did you mean analysts?',
    ],
    [
      "an approval of what is about the bot",
      rule("{ allow: administer, people: everyone, needs: approval by U0ADA }"),
      "2:44: administer cannot wait for an approval. Write a rule of its own for run and publish.",
    ],
    [
      "nobody behind a name that is a word of a rule",
      `people: { projects: [], needs: U0ADA }\n${rule("{ allow: see, people: projects }")}`,
      "1:21: It does not say whom this is about.",
    ],
    [
      "a stranger behind such a name",
      `people: { allow: "@ada" }\n${rule("{ allow: see, people: allow }")}`,
      '1:18: "@ada" names nobody.',
    ],
    ["a number in place of a key", "5: 1\nrules: []\n", "1:1: There must be a word before the colon"],
    ["a list in place of a key", "? [a]\n: 1\n", "1:3: There must be a word before the colon"],
  ])("%s", (_, text, words) => {
    expect(said(text)).toHaveLength(1);
    expect(said(text)[0]).toContain(`policy.yml:${words}`);
  });

  test.each([
    ["a tab", "rules:\n\t- allow: see\n", "Indent with spaces."],
    ["a colon", "rules:\n  - name: Sales: Europe\n", "Put a text with a colon in it in quotes."],
    ["a mention", "rules:\n  - people: @ada\n", "Put the text in quotes."],
    ["the same word twice", "rules:\n  - allow: see\n    allow: run\n", "Keep one of them, or write another rule."],
    ["two files in one", "rules: []\n---\nrules: []\n", "Remove the line with ---."],
    ["a list that does not end", "rules: [a\n", "Look at the indentation, the quotes and the brackets here and above."],
  ])("what is no YAML: %s", (_, text, todo) => {
    expect(said(text)[0]).toMatch(/^policy\.yml:\d+:\d+: This is not valid YAML: /);
    expect(said(text)[0]).toContain(todo);
    expect(said(text).join()).not.toContain("parseAllDocuments");
  });

  test("an anchor and its alias, each at its place", () => {
    expect(said("rules: &a [*a]\n")).toEqual([
      expect.stringContaining("1:11: In YAML, a text that begins with &"),
      expect.stringContaining("1:12: In YAML, a text that begins with *"),
    ]);
  });

  test("two of one rule, each at its place", () => {
    const text = rule("{ allow: [administer, see], people: [U0ADA, owner], projects: { id: x } }");
    expect(said(text)).toEqual([
      "policy.yml:2:41: administer is about the bot, and the bot has no owner. Name people or a group.",
      "policy.yml:2:57: administer is about the bot, not about projects. Write a rule of its own for it, without projects:.",
    ]);
  });

  test("all mistakes at once, in the order of the file", () => {
    const text = "rules:\n  - { allow: runn, people: bob1! }\n  - { alow: see, people: everyone }\n";
    expect(said(text).map((line) => line.split(":")[1])).toEqual(["2", "2", "3"]);
  });

  test("an unknown field of a project beside one of the wrong type: both", () => {
    const text = rule("{ allow: see, people: everyone, projects: { colour: red, title: 5 } }");
    expect(said(text)).toEqual([
      expect.stringContaining('2:49: "colour" means nothing here.'),
      expect.stringContaining("2:69: YAML reads this as a number."),
    ]);
  });

  test("also those that take more than a look at each word", () => {
    const text = `people:
  analysts: [U0ADA, analysts2]
  Boss: U0BOSS
rules:
  - { allow: rum, people: Analysts, needs: approval by bos }
  - { allow: see, people: [member, analysts], projects: { titel: Sales } }
  - { people: everyone }
  - { allow: see, deny: run, people: 5 }
  - { deny: see, people: everyone, projects: { id: a/b }, colour: red }
  - { people: everyone, name: 5 }
`;
    expect(said(text).map((line) => line.slice("policy.yml:".length))).toEqual([
      expect.stringMatching(/^2:21: "analysts2" names nobody\./),
      expect.stringMatching(/^3:3: "Boss" cannot be a name for people\./),
      expect.stringMatching(/^5:14: "rum" is not a verb\. Did you mean run\?/),
      expect.stringMatching(/^5:27: "Analysts" names nobody\. Did you mean analysts\?/),
      expect.stringMatching(/^5:44: "bos" names nobody\./),
      expect.stringMatching(/^6:28: "member" names nobody\. Did you mean members\?/),
      expect.stringMatching(/^6:59: "titel" means nothing here\. Did you mean title\?/),
      expect.stringMatching(/^7:5: The rule neither allows nor denies anything\./),
      expect.stringMatching(/^8:19: A rule either allows or denies\./),
      expect.stringMatching(/^8:38: This must be people, such as members\./),
      expect.stringMatching(/^9:52: "a\/b" is not the id of a project\./),
      expect.stringMatching(/^9:59: "colour" means nothing here\./),
      expect.stringMatching(/^10:5: The rule neither allows nor denies anything\./),
      expect.stringMatching(/^10:31: YAML reads this as a number\./),
    ]);
  });
});

test("names stand for people, ids are as Hex writes them, and each rule knows its line", () => {
  const text = `
people:
  analysts: [U0ADA, S0FIN]
rules:
  # A comment.
  - name: Analysts run reports
    allow: [see, run]
    people: [analysts, owner]
    channels: C0DATA
    projects: { id: 5D2F0000-0000-4000-8000-000000000001 }
`;
  const reading = parsePolicy(text);
  expect(reading).toMatchObject({
    ok: true,
    policy: {
      rules: [
        {
          number: 1,
          line: 6,
          name: "Analysts run reports",
          people: [{ kind: "person", id: "U0ADA" }, { kind: "group", id: "S0FIN" }, { kind: "owner" }],
          channels: new Set(["C0DATA"]),
          projects: [{ id: ["5d2f0000-0000-4000-8000-000000000001"] }],
        },
      ],
    },
  });
});

test("whatever a file holds, it is a policy or has a mistake in a line that is there", () => {
  const piece = fc.constantFrom(
    "rules:",
    "people:",
    "\n",
    "  ",
    "- ",
    "allow: ",
    "deny: ",
    "see",
    "run",
    "everyone",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "*",
    "&a",
    "!!set",
    "U0ADA",
    "projects: ",
    "title: ",
    "'",
    '"',
    ": ",
    "needs: approval by ",
    "null",
    "1e9",
    "<<: ",
    "? ",
    "|",
    "#",
    "\t",
    "\u0000",
    "---",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      const reading = parsePolicy(text);
      if (reading.ok) return;
      expect(reading.mistakes.length).toBeGreaterThan(0);
      for (const mistake of reading.mistakes) {
        expect(mistake.line).toBeGreaterThan(0);
        expect(mistake.line).toBeLessThanOrEqual(text.split("\n").length);
        expect(policyMistakeLine("policy.yml", mistake)).not.toContain("undefined");
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a text in place of a rule hides no mistake in the others", () => {
  expect(said("rules:\n  - see everything\n  - { allow: see, people: analists }\n")).toEqual([
    expect.stringMatching(/^policy\.yml:2:5: This must be a rule/),
    expect.stringMatching(/^policy\.yml:3:27: "analists" names nobody/),
  ]);
});

test("an unknown field of a project is not what the rule allows", () => {
  expect(said(rule("{ people: everyone, projects: { allow: see } }"))).toEqual([
    expect.stringMatching(/^policy\.yml:2:5: The rule neither allows nor denies anything/),
    expect.stringMatching(/^policy\.yml:2:37: "allow" means nothing here/),
  ]);
});

test("the short id in a project's address is its id", () => {
  const reading = parsePolicy(rule("{ deny: see, people: everyone, projects: { id: 030UbtEpvL5rit3JLHGzSS } }"));
  const [filter] = (reading.ok && reading.policy.rules[0]?.projects) || [];
  expect(filter?.id).toEqual([uuidOfShortId("030UbtEpvL5rit3JLHGzSS")]);
});
