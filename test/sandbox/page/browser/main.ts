// Starts the page: decides who looks at what, and which part of the page handles which event.

import { listenToComposer } from "./composer.js";
import { listenToDialogs } from "./dialogs.js";
import { listenToControls } from "./forms.js";
import { Screen } from "./live.js";
import { listenToPickers } from "./picker.js";
import { listenToTables } from "./tables.js";

const screen = new Screen();
listenToControls(screen);
listenToPickers(screen);
listenToComposer(screen);
listenToDialogs(screen);
listenToTables();
screen.look({});
