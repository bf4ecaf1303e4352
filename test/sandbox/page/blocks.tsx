// Shows Block Kit on the page: texts with mrkdwn.tsx, everything else that can only be read with slack-blocks-to-jsx, and
// everything that can be used with native controls (controls.tsx). A block that none of them can show says so.

import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { type Block, Message } from "slack-blocks-to-jsx";
import { idOfBlock } from "../slack/block-id.js";
import { isRecord, type Json, recordsAt, stringAt } from "../slack/json.js";
import { Control, type Place } from "./controls.js";
import { DataTable } from "./data-table.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { NotRendered } from "./not-rendered.js";
import { plain } from "./plain-text.js";
import type { Names } from "./viewing.js";

/** The blocks that the renderer shows as Slack does. */
const SHOWN_BY_LIBRARY = new Set(["header", "divider", "image", "rich_text", "table", "markdown"]);

/** `errors`: error messages by block_id. */
export function Blocks({
  blocks,
  place,
  names,
  errors = {},
}: {
  blocks: readonly unknown[];
  place: Place;
  names: Names;
  errors?: Readonly<Record<string, string>>;
}): ReactNode {
  return blocks.filter(isRecord).map((block, index) => {
    const id = stringAt(block, "block_id") ?? idOfBlock(index);
    return (
      <div className={`block block-${block.type}`} key={id}>
        <OneBlock block={block} place={{ ...place, blockId: id }} names={names} error={errors[id]} />
      </div>
    );
  });
}

function OneBlock({
  block,
  place,
  names,
  error,
}: {
  block: Json;
  place: Place;
  names: Names;
  error: string | undefined;
}): ReactNode {
  switch (block.type) {
    case "section":
      return (
        <>
          <div className="section-text">
            {isRecord(block.text) && <Text text={block.text} names={names} />}
            {recordsAt(block, "fields").length > 0 && (
              <div className="fields">
                {recordsAt(block, "fields").map((field, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: fields have no identity other than their position
                  <Text key={index} text={field} names={names} />
                ))}
              </div>
            )}
          </div>
          {isRecord(block.accessory) && <Control element={block.accessory} place={place} index={0} />}
        </>
      );
    case "context":
      return recordsAt(block, "elements").map((element, index) =>
        element.type === "image" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: elements have no identity other than their position
          <img key={index} src={String(element.image_url)} alt={String(element.alt_text)} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: elements have no identity other than their position
          <Text key={index} text={element} names={names} />
        ),
      );
    case "actions":
      return recordsAt(block, "elements").map((element, index) => (
        <Control key={`${element.action_id ?? index}`} element={element} place={place} index={index} />
      ));
    case "alert":
      return (
        <div className={`alert alert-${block.level ?? "default"}`}>
          {isRecord(block.text) && <Text text={block.text} names={names} />}
        </div>
      );
    case "data_table":
      return <DataTable block={block} />;
    case "input":
      return <Input block={block} place={place} error={error} />;
    default:
      return SHOWN_BY_LIBRARY.has(String(block.type)) ? (
        <Library block={block} names={names} />
      ) : (
        <NotRendered what={`the block "${block.type}"`} />
      );
  }
}

function Input({ block, place, error }: { block: Json; place: Place; error: string | undefined }): ReactNode {
  if (!isRecord(block.element)) return null;
  const label = plain(block.label);
  const hint = plain(block.hint);
  const labelled = { ...place, label, required: block.optional !== true, described: `${place.blockId}-notes` };
  return (
    <div className="field" data-field={place.blockId}>
      <span className="label">
        {label}
        {block.optional === true && <span className="optional"> (optional)</span>}
      </span>
      <Control element={block.element} place={labelled} index={0} />
      <div id={labelled.described}>
        {hint !== "" && <p className="hint">{hint}</p>}
        {error !== undefined && (
          <p className="problem" role="alert">
            {error}
          </p>
        )}
      </div>
    </div>
  );
}

/** Characters that occur in no text. */
const LESS = "\uE000";
const GREATER = "\uE001";

function Text({ text, names }: { text: Json; names: Names }): ReactNode {
  const content = plain(text);
  return <div className="shown mrkdwn">{text.type === "mrkdwn" ? mrkdwn(content, names) : withEmoji(content)}</div>;
}

/** A block as slack-blocks-to-jsx shows it, without the wrapper that it puts around everything. */
function Library({ block, names }: { block: Json; names: Names }): ReactNode {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: it is React's own markup
  return <div className="shown" dangerouslySetInnerHTML={{ __html: libraryHtml(block, names) }} />;
}

function libraryHtml(block: Json, { users, channels }: Names): string {
  const data = {
    users: [...users].map(([id, name]) => ({ id, name, avatar: "" })),
    channels: [...channels].map(([id, name]) => ({ id, name })),
    user_groups: [],
  };
  // The renderer takes an escaped mention for a mention, and puts a space after each ">" in a text.
  const escaped = JSON.stringify([block]).replaceAll("&lt;", LESS).replaceAll("&gt;", GREATER);
  const blocks: Block[] = JSON.parse(escaped);
  const html = renderToStaticMarkup(<Message blocks={blocks} name="" logo="" withoutWrapper data={data} />);
  // The page has one element with this id around all messages, and ids must be unique.
  return html
    .replace(' id="slack_blocks_to_jsx" data-theme="light"', "")
    .replaceAll("<a href=", '<a target="_blank" href=')
    .replaceAll(LESS, "&lt;")
    .replaceAll(GREATER, "&gt;");
}
