// What goes into the thread of an alert next.

import { describe, expect, test } from "vitest";
import { untold } from "../../../src/slack/alerts/untold.js";
import { message } from "../../../src/slack/messages/blocks.js";

const CONTENT = message("Back after 12 minutes", []);
const [first, second, third] = ["Still down", "Another cause", "Back"].map((text) => message(text, []));
const aloud = (said = CONTENT) => ({ message: said, isSilent: false });
const silent = (said = CONTENT) => ({ message: said, isSilent: true });
const open = { isFinal: false, isSilent: false };

describe("the message shows what it should", () => {
  test("each new reply is posted, and counted when it is", () => {
    const replies = [aloud(first), aloud(second), aloud(third)];
    expect(untold({ ...open, replies }, 1, "current", CONTENT)).toEqual([
      { message: second, told: 2 },
      { message: third, told: 3 },
    ]);
  });

  test("a silent reply is counted and not posted", () => {
    const replies = [silent(first), aloud(second)];
    expect(untold({ ...open, replies }, 0, "current", CONTENT)).toEqual([
      { message: null, told: 1 },
      { message: second, told: 2 },
    ]);
  });

  test("nothing new: nothing is posted, also when it is over", () => {
    expect(untold({ ...open, isFinal: true, replies: [aloud()] }, 1, "current", CONTENT)).toEqual([]);
  });
});

describe("the message can no longer be edited", () => {
  test("its whole content is posted once, whatever the number of new replies", () => {
    const replies = [aloud(first), aloud(second), silent(third)];
    expect(untold({ ...open, replies }, 1, "outdated", CONTENT)).toEqual([{ message: CONTENT, told: 3 }]);
  });

  test.each([
    ["nothing new", [aloud()], 1],
    ["only silent replies", [silent(), silent()], 0],
  ])("%s: nothing is posted while it goes on", (_, replies, told) => {
    expect(untold({ ...open, replies }, told, "outdated", CONTENT)).toEqual([]);
  });

  test("the end is news by itself, unless it is silenced", () => {
    const ended = { isFinal: true, isSilent: false, replies: [] };
    expect(untold(ended, 0, "outdated", CONTENT)).toEqual([{ message: CONTENT, told: 0 }]);
    expect(untold({ ...ended, isSilent: true }, 0, "outdated", CONTENT)).toEqual([]);
  });
});
