// One entry in a channel: a message as its reader sees it, or a refused message in red.

import type { ReactNode } from "react";
import type { ApiCall, SlackMessage } from "../slack/server.js";
import { Blocks } from "./blocks.js";
import type { Around } from "./viewing.js";

/** `replies`: how many replies its thread has. `null` if the message is itself shown in a thread. */
export function Entry({
  message,
  replies,
  around,
}: {
  message: SlackMessage;
  replies: number | null;
  around: Around;
}): ReactNode {
  const { names, people, channels, bot, shortcuts } = around;
  const isBot = message.author === bot;
  const name = isBot ? "Hex" : (names.users.get(message.author) ?? message.author);
  const holder = `message:${message.channel}:${message.ts}`;
  const blocks = message.blocks.length > 0 ? message.blocks : [plainSection(message.text)];
  return (
    <article className={message.ephemeral ? "message ephemeral" : "message"} data-ts={message.ts}>
      <div className={isBot ? "avatar app" : "avatar"} aria-hidden="true">
        {isBot ? "⬡" : name.charAt(0)}
      </div>
      <div className="content">
        {message.ephemeral && <p className="only">Only visible to you</p>}
        <header>
          <b className="author">{name}</b>
          {isBot && <span className="badge">APP</span>}
          <Time ts={message.ts} />
        </header>
        <div className="blocks" data-holder={holder}>
          <Blocks blocks={blocks} place={{ holder, blockId: "", people, channels }} names={names} />
        </div>
        {replies !== null && !message.ephemeral && (
          <div className="tools">
            {replies === 0 && (
              <button type="button" data-thread={message.ts} data-focus={`thread:${message.ts}`}>
                Reply in thread
              </button>
            )}
            {shortcuts.map(({ value, text }) => (
              <button
                key={value}
                type="button"
                data-shortcut={value}
                data-on={message.ts}
                data-focus={`shortcut:${value}:${message.ts}`}
              >
                {text}
              </button>
            ))}
          </div>
        )}
        {replies !== null && replies > 0 && (
          <button type="button" className="replies" data-thread={message.ts} data-focus={`thread:${message.ts}`}>
            {replies === 1 ? "1 reply" : `${replies} replies`}
          </button>
        )}
      </div>
    </article>
  );
}

function plainSection(text: string) {
  return { type: "section", text: { type: "mrkdwn", text } };
}

/** Slack's reason for refusing a message, which people in Slack would never see. */
export function Refused({ call }: { call: ApiCall }): ReactNode {
  const details = reasons(call);
  return (
    <article className="message refused">
      <div className="avatar" aria-hidden="true">
        !
      </div>
      <div className="content">
        <header>
          <b className="author">Slack refused a message from the app</b>
          <Time ts={String(call.at / 1000)} />
        </header>
        <p>
          <code>{call.method}</code>: <code>{call.answer.error}</code>
        </p>
        {details.length > 0 && (
          <ul>
            {details.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </div>
    </article>
  );
}

function reasons({ answer }: ApiCall): string[] {
  const { errors, needed } = answer;
  const listed = Array.isArray(errors) ? errors.map(String) : [];
  return typeof needed === "string" ? [...listed, `needed: ${needed}`] : listed;
}

function Time({ ts }: { ts: string }): ReactNode {
  const at = new Date(Number(ts) * 1000);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return <time dateTime={at.toISOString()}>{time}</time>;
}
