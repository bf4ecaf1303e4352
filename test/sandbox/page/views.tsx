// What the app opens besides messages: its Home tab and modals.

import type { ReactNode } from "react";
import { recordsAt } from "../slack/json.js";
import type { Person, SlackView } from "../slack/server.js";
import { Blocks } from "./blocks.js";
import { piece } from "./pieces.js";
import { plain } from "./plain-text.js";
import type { Stage } from "./stage.js";
import type { Around } from "./viewing.js";
import type { Piece } from "./wire.js";

/** Used instead of a block_id if something is wrong with a submission as a whole. */
export const WHOLE_FORM = "";

/** What was wrong with the last submission of a view, by view id and block_id. */
export type Complaints = ReadonlyMap<string, Readonly<Record<string, string>>>;

export function homePieces({ slack }: Stage, person: Person, { names, people, channels }: Around): Piece[] {
  const home = slack.views.find((view) => view.type === "home" && view.user === person.id);
  if (!home) {
    return [
      piece(
        "home",
        <p className="empty">The app shows nothing on its Home tab. Talk to it under Messages, or in a channel.</p>,
      ),
    ];
  }
  const place = { holder: `view:${home.id}`, blockId: "", people, channels, inputs: home.inputs };
  return [
    piece(
      "home",
      <div className="home blocks" data-holder={place.holder}>
        <Blocks blocks={recordsAt(home.view, "blocks")} place={place} names={names} />
      </div>,
    ),
  ];
}

export function modalPieces({ slack }: Stage, person: Person, around: Around, complaints: Complaints): Piece[] {
  const open = slack.views.filter((view) => view.type === "modal" && view.user === person.id && view.open);
  return open.map((view) =>
    piece(view.id, <Modal view={view} around={around} errors={complaints.get(view.id) ?? {}} />),
  );
}

function Modal({
  view: { id, view, inputs },
  around: { names, people, channels },
  errors,
}: {
  view: SlackView;
  around: Around;
  errors: Readonly<Record<string, string>>;
}): ReactNode {
  const place = { holder: `view:${id}`, blockId: "", people, channels, inputs };
  const submit = plain(view.submit);
  return (
    <dialog className="modal" aria-labelledby={`${id}-title`} data-modal={id}>
      <form method="dialog" data-submit={id} noValidate>
        <header>
          <h2 id={`${id}-title`}>{plain(view.title)}</h2>
        </header>
        <div className="blocks" data-holder={place.holder}>
          <Blocks blocks={recordsAt(view, "blocks")} place={place} names={names} errors={errors} />
        </div>
        {errors[WHOLE_FORM] !== undefined && (
          <p className="problem" role="alert">
            {errors[WHOLE_FORM]}
          </p>
        )}
        <footer>
          <button type="button" className="button" data-close={id}>
            {plain(view.close) || "Cancel"}
          </button>
          {submit !== "" && (
            <button type="submit" className="button primary">
              {submit}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}
