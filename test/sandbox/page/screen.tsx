// Everything that one person sees at this moment, as regions of keyed pieces.

import { Composer, messagePieces, ReplyComposer, threadPieces } from "./conversation.js";
import { hexRegions } from "./hex-side.js";
import { type Drawn, piece } from "./pieces.js";
import { placePieces, Title } from "./places.js";
import type { Stage } from "./stage.js";
import { aroundOf, personOf, placesOf } from "./viewing.js";
import { type Complaints, homePieces, modalPieces } from "./views.js";
import type { Region, Viewer } from "./wire.js";

export function screen(stage: Stage, viewer: Viewer, complaints: Complaints, drawn: Drawn): Region[] {
  const person = personOf(stage, viewer.person);
  const around = aroundOf(stage, person);
  const place = placesOf(stage, person).find((one) => one.id === viewer.place);
  const isHome = viewer.place === "home";
  const messages = place ? messagePieces(stage, person, place, around, drawn) : [];
  return [
    { id: "places", pieces: placePieces(stage, person, viewer) },
    { id: "title", pieces: [piece("title", <Title stage={stage} viewer={viewer} place={place} person={person} />)] },
    { id: "messages", pieces: isHome ? homePieces(stage, person, around) : messages },
    { id: "composer", pieces: [piece("composer", <Composer stage={stage} place={place} />)] },
    {
      id: "reply",
      pieces:
        place && viewer.thread !== null
          ? [piece(viewer.thread, <ReplyComposer stage={stage} place={place} thread={viewer.thread} />)]
          : [],
    },
    { id: "thread", pieces: place ? threadPieces(stage, person, place, viewer.thread, around, drawn) : [] },
    { id: "modals", pieces: modalPieces(stage, person, around, complaints) },
    ...hexRegions(stage, drawn),
  ];
}
