// A channel's messages, a thread, and the field to write in.

import type { ReactNode } from "react";
import type { Channel, Person, SlackMessage } from "../slack/server.js";
import { Entry, Refused } from "./messages.js";
import type { Drawn } from "./pieces.js";
import type { Stage } from "./stage.js";
import { type Around, canWrite, refusals, visibleTo } from "./viewing.js";
import { LONGEST, type Piece } from "./wire.js";

/** More messages would make a long demo slow. */
const SHOWN = 200;

export function messagePieces(stage: Stage, person: Person, place: Channel, around: Around, drawn: Drawn): Piece[] {
  const { messages } = stage.slack;
  const here = messages.filter(
    (one) => one.channel === place.id && one.threadTs === undefined && visibleTo(person, one),
  );
  const entries = here.map((message) => ({
    at: Number(message.ts) * 1000,
    ...entryPiece(message, stage, around, drawn),
  }));
  const refused = refusals(stage, place.id).map((call, index) => ({
    at: call.at,
    key: `refused:${index}`,
    html: drawn.html(call, "", () => <Refused call={call} />),
  }));
  return [...entries, ...refused]
    .sort((a, b) => a.at - b.at)
    .slice(-SHOWN)
    .map(({ key, html }) => ({ key, html }));
}

function entryPiece(message: SlackMessage, stage: Stage, around: Around, drawn: Drawn): Piece {
  const replies = stage.slack.messages.filter(
    (one) => one.threadTs === message.ts && one.channel === message.channel && !one.deleted && !one.ephemeral,
  ).length;
  // The version is a new object after each edit, but the text can change without one.
  const version = message.history.at(-1) ?? message;
  const html = drawn.html(version, `${replies} ${dayOf(around)}`, () => (
    <Entry message={message} replies={replies} around={around} />
  ));
  return { key: message.ts, html };
}

/** A message that says "today" is different tomorrow. */
function dayOf({ names }: Around): string {
  return new Date(names.now).toDateString();
}

export function threadPieces(
  stage: Stage,
  person: Person,
  place: Channel,
  ts: string | null,
  around: Around,
  drawn: Drawn,
): Piece[] {
  if (ts === null) return [];
  const isIn = (one: SlackMessage) => one.channel === place.id && (one.ts === ts || one.threadTs === ts);
  const messages = stage.slack.messages.filter((one) => isIn(one) && visibleTo(person, one));
  return messages.map((message) => ({
    key: message.ts,
    html: drawn.html(message.history.at(-1) ?? message, `thread ${dayOf(around)}`, () => (
      // The first message of a thread is also among the channel's messages. Screen readers read its changes there, and not twice.
      <div aria-live={message.ts === ts ? "off" : undefined}>
        <Entry message={message} replies={null} around={around} />
      </div>
    )),
  }));
}

/** The field to reply in, below a thread. */
export function ReplyComposer({ stage, place, thread }: { stage: Stage; place: Channel; thread: string }): ReactNode {
  if (!canWrite(stage.slack, place)) return <p className="empty">{closedTo(place)}</p>;
  return (
    <form id="reply" data-to={thread} autoComplete="off">
      <div className="line">
        <input
          id="reply-words"
          type="text"
          maxLength={LONGEST}
          aria-label="Reply"
          placeholder="Reply, or mention @hex"
          data-focus={`reply:${thread}`}
        />
        <button type="submit" className="button primary">
          Reply
        </button>
      </div>
    </form>
  );
}

function closedTo({ archived }: Channel): string {
  return archived
    ? "This channel is archived: nobody can write here."
    : "Sending messages to this app has been turned off.";
}

export function Composer({ stage, place }: { stage: Stage; place: Channel | undefined }): ReactNode {
  if (place === undefined) return null;
  if (!canWrite(stage.slack, place)) return <p className="empty">{closedTo(place)}</p>;
  const { command, description, usageHint } = stage.slashCommand;
  const to = place.id.startsWith("D") ? "Hex" : `${place.private ? "" : "#"}${place.name}`;
  const shortcuts = stage.slack.shortcuts.filter(({ type }) => type === "global");
  const words = usageHint.match(/[a-z]+/g) ?? [];
  return (
    <form id="composer" data-to={place.id} autoComplete="off">
      <ul id="hints" aria-label="Commands" hidden>
        {words.map((word) => (
          <li key={word}>
            <button type="button" data-fill={`${command} ${word} `} data-focus={`hint:${word}`}>
              <b>
                {command} {word}
              </b>
            </button>
          </li>
        ))}
      </ul>
      {shortcuts.length > 0 && (
        <details className="shortcuts">
          <summary data-focus="shortcuts">Shortcuts</summary>
          <ul>
            {shortcuts.map(({ callback_id, name, description }) => (
              <li key={callback_id}>
                <button type="button" data-shortcut={callback_id} data-focus={`shortcut:${callback_id}`}>
                  <b>{name}</b> <span className="aside">{description}</span>
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
      <p id="hint" className="aside">
        Type <code>{command}</code> {usageHint}: {description}
      </p>
      <div className="line">
        <input
          id="words"
          name="words"
          type="text"
          maxLength={LONGEST}
          aria-label={`Message to ${to}`}
          aria-describedby="hint"
          placeholder={`Message to ${to}, or ${command}`}
          data-focus="words"
        />
        <button type="submit" className="button primary">
          Send
        </button>
      </div>
    </form>
  );
}
