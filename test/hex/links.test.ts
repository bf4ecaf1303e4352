import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isUuid } from "../../src/hex/ids.js";
import { projectUrl, readReference, uuidOfShortId, workspaceOfLink } from "../../src/hex/links.js";
import { anyCharacter } from "../any-character.js";
import { shortIdOf } from "./short-id.js";

const HEX = "https://app.hex.tech";
/** From public links. */
const PAIRS = [
  ["019814d7-a5f1-7008-b413-872974a7a308", "030UbtEpvL5rit3JLHGzSS"],
  ["01985538-504f-7001-a0cd-6e89ba762eb5", "030bjewJpNKllTc1HdoGMX"],
  ["bb3713aa-ba61-41a6-bb0c-1c7723fa4abf", "5hGjaacY9tC1moArcFQpLz"],
  ["d68f06ed-2f6c-4018-a364-232fdd3555a7", "6WrijX4GInuHtbEMCShIvf"],
] as const;
const [ID, SHORT] = PAIRS[0];
const RUN = "5d2f8a4e-2222-4abc-9def-0123456789ab";
const WORKSPACE = "6f4922f4-8d2b-4f7a-9f3e-0123456789ab";

describe("short ids", () => {
  test.each(PAIRS)("%s is %s", (uuid, short) => {
    expect(shortIdOf(uuid)).toBe(short);
    expect(uuidOfShortId(short)).toBe(uuid);
  });

  test.each([
    ["00000000-0000-0000-0000-000000000000", "0".repeat(22)],
    ["ffffffff-ffff-ffff-ffff-ffffffffffff", "7n42DGM5Tflk9n8mt7Fhc7"],
  ])("the ends of the range: %s", (uuid, short) => {
    expect(shortIdOf(uuid)).toBe(short);
    expect(uuidOfShortId(short)).toBe(uuid);
  });

  test.each(["7n42DGM5Tflk9n8mt7Fhc8", "z".repeat(22), "0".repeat(21), "0".repeat(23), `${"0".repeat(21)}-`, ""])(
    "%j is none",
    (text) => {
      expect(uuidOfShortId(text)).toBeNull();
    },
  );

  test("survives a round trip", () => {
    fc.assert(
      fc.property(fc.uuid({ version: [1, 2, 3, 4, 5, 6, 7, 8] }), (uuid) => {
        expect(uuidOfShortId(shortIdOf(uuid))).toBe(uuid);
        expect(shortIdOf(uuid.toUpperCase())).toHaveLength(22);
      }),
    );
  });
});

test.each([
  [ID, true],
  [ID.toUpperCase(), true],
  [`${ID}0`, false],
  [`0${ID}`, false],
  [ID.replaceAll("-", ""), false],
])("%s is a UUID: %s", (text, is) => expect(isUuid(text)).toBe(is));

describe("readReference", () => {
  test.each([
    ID,
    ID.toUpperCase(),
    SHORT,
    `Weekly-Revenue-${SHORT}`,
    `${HEX}/acme/hex/Weekly-Revenue-${SHORT}/draft/logic`,
    `${HEX}/acme/app/Weekly-Revenue-${SHORT}/latest`,
    `${HEX}/acme/app/Weekly-Revenue-${SHORT}/latest?embedded=true`,
    `${HEX}/acme/app/${SHORT}/latest`,
    `${HEX}/acme/hex/${ID}/draft/logic`,
    `${HEX}/acme/app/${ID}/latest`,
    `${HEX}/acme/hex/Weekly-${SHORT}/draft/app`,
    `${HEX}/acme/hex/Weekly-${SHORT}`,
    `${HEX}/acme/hex/Weekly-${SHORT}/`,
    // The workspace's id first, or a workspace that is called like a kind.
    `${HEX}/${WORKSPACE}/app/${ID}/latest`,
    `${HEX}/${WORKSPACE}/hex/Weekly-${SHORT}/draft/logic`,
    `${HEX}/global/app/${ID}/latest`,
    `${HEX}/hex/app/${ID}/latest`,
    `${HEX}/app/hex/${ID}/draft/logic`,
    `${HEX}/hex/hex/Weekly-${SHORT}/draft/logic`,
    `${HEX}/app/app/${SHORT}`,
    // Without a workspace.
    `${HEX}/app/${ID}/latest`,
    `${HEX}/hex/${SHORT}`,
    `${HEX}/api/v1/projects/${ID}`,
    // The title may be in any script and look like anything.
    `${HEX}/acme/app/%E5%A3%B2%E4%B8%8A-${SHORT}/latest`,
    `${HEX}/acme/app/売上-${SHORT}/latest`,
    `${HEX}/acme/app/100%-off-${SHORT}/latest`,
    `${HEX}/acme/app/app-hex-${RUN}-${SHORT}/latest`,
    `${HEX}/acme/app/-${SHORT}/latest`,
    `${HEX}/acme/app/Weekly-${ID}/latest`,
    `${HEX}/acme/app/Weekly.${ID}`,
    `${HEX}/acme/app/${ID}/${RUN}`,
    // Other ids after the path.
    `${HEX}/acme/hex/${ID}/draft/logic?selectedCellId=${RUN}&view=app&tab=notebook&rhid=${RUN}`,
    `${HEX}/acme/app/${ID}/latest?embeddedStaticCellId=${RUN}#${RUN}`,
    `${HEX}/acme/app/${ID}/latest?viewId=${RUN}`,
    `${HEX}/acme/app/${ID}/latest?run=${ID}`,
    `${HEX}/acme/app/${ID}/latest?rerun=${RUN}&lastrunid=${RUN}&runtime=${RUN}&run_ids=${RUN}`,
    `${HEX}/acme/app/${ID}/latest?run=${RUN}0`,
    `${HEX}/api/v1/projects/${ID}/runs`,
    `${HEX}/api/v1/projects/${ID}/cells/${RUN}`,
    `app.hex.tech/acme/app/Weekly-${SHORT}/latest`,
    `/acme/app/Weekly-${SHORT}/latest`,
    `http://app.hex.tech/acme/app/${ID}/latest`,
    `HTTPS://APP.HEX.TECH/acme/APP/${ID}/latest`,
    `https://app.hex.tech./acme/app/${ID}`,
    `app.hex.tech.:443/acme/app/${ID}`,
    `app.hex.tech/app/${ID}`,
  ])("%s is the project", (text) => {
    expect(readReference(text, HEX)).toEqual({ kind: "project", projectId: ID });
  });

  test.each([
    [`${HEX}/acme/app/Weekly-${SHORT}/12/${RUN}`, false],
    [`${HEX}/acme/app/${ID}/12/${RUN}?tab=x`, false],
    [`${HEX}/${WORKSPACE}/app/${ID}/run/${RUN}`, true],
    [`${HEX}/acme/hex/${ID}/runs/${RUN.toUpperCase()}`, true],
    [`${HEX}/acme/app/${ID}/latest?runId=${RUN}`, true],
    [`${HEX}/acme/app/${ID}?run=${RUN.toUpperCase()}`, true],
    [`${HEX}/app/${SHORT}?a=1&run_id=${RUN}`, true],
    [`${HEX}/hex/${SHORT}?RUN=${RUN}`, true],
    [`${HEX}/acme/hex/${ID}/draft/logic/run/${RUN}`, true],
    [`${HEX}/acme/hex/${ID}/RUNS/${RUN}`, true],
    [`${HEX}/acme/app/${ID}/rerun/${RUN}`, false],
    [`${HEX}/acme/app/${ID}/runsheet/${RUN}`, false],
    [`${HEX}/acme/app/Weekly-${SHORT}/latest?run=${RUN}`, true],
    [`${HEX}/api/v1/projects/${ID}/runs/${RUN}`, true],
  ])("%s is a run", (text, isCertain) => {
    expect(readReference(text, HEX)).toEqual({ kind: "run", projectId: ID, runId: RUN, isCertain });
  });

  test.each([
    [`${HEX}/acme/thread/${ID}`, "thread"],
    [`${HEX}/acme/threads`, "thread"],
    [`${HEX}/acme/home`, "home"],
    [`${HEX}/acme`, "home"],
    [`${HEX}/`, "home"],
    [`${HEX}/link/0123456789abcdef01234567`, "share_link"],
    [`${HEX}/${WORKSPACE}/collection/${ID}`, "collection"],
    [`${HEX}/acme/collections`, "collection"],
    [`${HEX}/acme/settings/${ID}`, "other"],
    [`${HEX}/app`, "home"],
    [`${HEX}/api/v1/projects`, "other"],
    [`${HEX}/api/v1/users/${ID}`, "other"],
    [`${HEX}/api`, "other"],
    [`${HEX}/acme/constructor`, "other"],
    [`${HEX}/api/v1/users/me`, "other"],
    [`${HEX}/acme/app`, "other"],
  ])("%s is no project", (text, page) => {
    expect(readReference(text, HEX)).toEqual({ kind: "no_project", page });
  });

  test.each([
    [`${HEX}/acme/hex/Weekly-Revenue/draft`, ["Weekly", "Revenue"], null],
    [`${HEX}/acme/app/Weekly-zzzzzzzzzzzzzzzzzzzzzz/latest`, ["Weekly"], null],
    [`${HEX}/acme/app/Weekly_x/runs/${RUN}`, ["Weekly", "x"], RUN],
    [`${HEX}/acme/hex/-Weekly--Revenue_/draft`, ["Weekly", "Revenue"], null],
    [`${HEX}/acme/hex/Weekly-Revenue-${"z".repeat(22)}`, ["Weekly", "Revenue"], null],
    [`${HEX}/acme/hex/Weekly-${"z".repeat(16)}`, ["Weekly"], null],
    [`${HEX}/acme/hex/Weekly-${"z".repeat(15)}`, ["Weekly", "z".repeat(15)], null],
    [`${HEX}/acme/hex/Weekly-${"z".repeat(22)}-x`, ["Weekly", "z".repeat(22), "x"], null],
    [`${HEX}/acme/hex/---/draft`, [], null],
    [`${HEX}/acme/hex/x${ID}`, ["x019814d7", "a5f1", "7008", "b413", "872974a7a308"], null],
  ])("%s has a title and no id", (text, words, runId) => {
    expect(readReference(text, HEX)).toEqual({ kind: "no_id", words, runId });
  });

  test.each([
    ["https://eu.hex.tech", `${HEX}/acme/app/${ID}`, "app.hex.tech"],
    [HEX, `https://eu.hex.tech/acme/app/${ID}`, "eu.hex.tech"],
    [HEX, `https://hc.hex.tech/acme/app/${SHORT}/latest`, "hc.hex.tech"],
    [HEX, `https://acme.hex.tech/global/app/${SHORT}/latest`, "acme.hex.tech"],
    [HEX, `https://app.hex.tech.evil.test/hex/${ID}`, "app.hex.tech.evil.test"],
    [HEX, `https://app.hex.tech:8443/acme/app/${ID}`, "app.hex.tech:8443"],
    [HEX, `https://app.hex.tech@evil.test/acme/app/${ID}`, "evil.test"],
    [HEX, `//evil.test/acme/app/${ID}`, "evil.test"],
    [HEX, `eu.hex.tech/acme/app/${ID}`, "eu.hex.tech"],
    [HEX, `a-b.my-hex.example.com:8080/acme/app/${ID}`, "a-b.my-hex.example.com:8080"],
    [HEX, `https://apphex.tech/acme/app/${ID}`, "apphex.tech"],
    [HEX, `https://app.hextech/acme/app/${ID}`, "app.hextech"],
  ])("for %s, %s is of another host", (origin, text, host) => {
    expect(readReference(text, origin)).toEqual({ kind: "other_host", host });
  });

  test.each(["https://eu.hex.tech", "https://hc.hex.tech", "https://acme.hex.tech", "http://127.0.0.1:8080"])(
    "the same forms at %s",
    (origin) => {
      const project = { kind: "project", projectId: ID };
      expect(readReference(`${origin}/global/app/Weekly-${SHORT}/latest`, origin)).toEqual(project);
      expect(readReference(`${origin.replace(/^https?:../, "")}/hex/${ID}`, origin)).toEqual(project);
    },
  );

  test("a host without a dot is known by the bot's own address alone", () => {
    const project = { kind: "project", projectId: ID };
    expect(readReference(`localhost:3000/hex/${ID}`, "http://localhost:3000")).toEqual(project);
    expect(readReference(`localhost:3000/hex/${ID}`, HEX)).toBeNull();
  });

  test("in a link, 22 characters are an id whatever UUID they stand for; alone they may be a title", () => {
    const odd = "ffffffff-ffff-0fff-0fff-ffffffffffff";
    expect(readReference(`${HEX}/acme/app/${shortIdOf(odd)}`, HEX)).toEqual({ kind: "project", projectId: odd });
    expect(readReference(shortIdOf(odd), HEX)).toBeNull();
  });

  test.each([
    `see ${HEX}/app/${ID}`,
    `acme/app/${ID}`,
    "revenue",
    "",
    "Internationalisierungen",
    "a".repeat(22),
    "2026Q1RevenueForecasts",
    `x${SHORT}`,
    "sales/marketing",
  ])("%j is neither an id nor a link", (text) => {
    expect(readReference(text, HEX)).toBeNull();
  });

  test("never throws", () => {
    const pieces = fc.constantFrom(
      "https://",
      "app.hex.tech",
      "/",
      "%",
      "hex",
      ID,
      SHORT,
      "?run=",
      "[",
      ":",
      "@",
      " ",
      "é",
    );
    fc.assert(fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => void readReference(parts.join(""), HEX)));
    fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => void readReference(text, HEX)));
    fc.assert(fc.property(fc.string(), (text) => void readReference(`${HEX}/${text}`, HEX)));
  });
});

describe("projectUrl", () => {
  test.each([
    [{ id: ID, lastPublishedAt: 1 }, "acme", `${HEX}/acme/app/${ID}/latest`],
    [{ id: ID }, WORKSPACE, `${HEX}/${WORKSPACE}/app/${ID}/latest`],
    [{ id: ID, lastPublishedAt: null }, "acme", `${HEX}/acme/hex/${ID}/draft/logic`],
    [{ id: ID, lastPublishedAt: 1 }, null, `${HEX}/app/${ID}`],
    [{ id: "a/b", lastPublishedAt: null }, null, `${HEX}/hex/a%2Fb`],
  ])("%j in %s", (project, workspace, link) => {
    expect(projectUrl({ origin: HEX, workspace }, project)).toBe(link);
  });

  test("is read back, whatever the workspace is called", () => {
    const workspace = fc.oneof(
      fc.constantFrom("hex", "app", "api", "link", WORKSPACE),
      fc.stringMatching(/^[a-z0-9-]{1,20}$/),
    );
    fc.assert(
      fc.property(fc.uuid(), workspace, fc.option(fc.nat()), (id, name, lastPublishedAt) => {
        fc.pre(name !== "api");
        const made = projectUrl({ origin: HEX, workspace: name }, { id, lastPublishedAt });
        expect(readReference(made, HEX)).toEqual({ kind: "project", projectId: id });
        expect(workspaceOfLink(made, HEX)).toBe(name);
      }),
    );
  });
});

test.each([
  [`${HEX}/acme/app/${ID}/12/${RUN}`, "acme"],
  [`${HEX}/${WORKSPACE}/app/${ID}/run/${RUN}`, WORKSPACE],
  [`https://eu.hex.tech/acme/app/${ID}`, null],
  [`${HEX}/app/${ID}`, null],
  [`${HEX}/`, null],
  ["nonsense", null],
])("the workspace of %s", (link, workspace) => {
  expect(workspaceOfLink(link, HEX)).toBe(workspace);
});
