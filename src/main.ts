// The bot as a program.

import "./start.js";
