// Property tests while mutants run: the same values each time, so that a figure can be compared with the one before, and no search
// for the smallest value that fails.

import { configureGlobal } from "fast-check";

configureGlobal({ seed: 1, endOnFailure: true });
