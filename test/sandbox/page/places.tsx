// The sidebar, and the header above a conversation: where people can go, and where they are.

import type { ReactNode } from "react";
import type { Channel, Person } from "../slack/server.js";
import { piece } from "./pieces.js";
import type { Stage } from "./stage.js";
import { placesOf, visibleTo } from "./viewing.js";
import type { Piece, Viewer } from "./wire.js";

export function placePieces(stage: Stage, person: Person, viewer: Viewer): Piece[] {
  return placesOf(stage, person).map((channel) => {
    const latest = stage.slack.messages.findLast((one) => one.channel === channel.id && visibleTo(person, one));
    const isDm = channel.id.startsWith("D");
    const current = channel.id === viewer.place || (isDm && viewer.place === "home");
    return piece(
      channel.id,
      <button
        type="button"
        className="place"
        data-place={channel.id}
        data-latest={latest?.ts ?? "0"}
        data-focus={`place:${channel.id}`}
        aria-current={current ? "page" : undefined}
      >
        <span aria-hidden="true">{isDm ? "⬡" : channel.private ? "🔒" : "#"}</span> {isDm ? "Hex" : channel.name}
        {isDm && <span className="badge">APP</span>}
        {channel.private && !isDm && <span className="sr"> (private)</span>}
        {channel.archived && <span className="aside"> archived</span>}
      </button>,
    );
  });
}

export function Title({
  stage,
  viewer,
  place,
  person,
}: {
  stage: Stage;
  viewer: Viewer;
  place: Channel | undefined;
  person: Person;
}): ReactNode {
  const dm = stage.slack.dm(person).id;
  if (viewer.place === "home" || place?.id === dm) {
    const tab = (to: string, name: string) => (
      <button type="button" role="tab" data-place={to} data-focus={`tab:${to}`} aria-selected={viewer.place === to}>
        {name}
      </button>
    );
    return (
      <>
        <h1>Hex</h1>
        <div role="tablist" aria-label="Hex">
          {stage.slack.homeTab && tab("home", "Home")}
          {stage.slack.messagesTab && tab(dm, "Messages")}
        </div>
      </>
    );
  }
  const member = place?.members.has(stage.slack.botUserId) ?? false;
  return (
    <>
      <h1>
        <span aria-hidden="true">{place?.private ? "🔒 " : "# "}</span>
        {place?.name ?? "nowhere"}
      </h1>
      <span className="aside">{member ? "The Hex app is in this channel" : "The Hex app is not in this channel"}</span>
      {!member && place !== undefined && !place.archived && (
        <button type="button" className="button" data-invite={place.id} data-focus="invite">
          /invite @hex
        </button>
      )}
    </>
  );
}
