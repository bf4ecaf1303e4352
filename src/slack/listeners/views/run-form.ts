// Submission of the form that starts a run.

import { submitRunForm } from "../../flows/submit-run-form.js";
import { VIEWS } from "../../messages/view-ids.js";
import type { View } from "./view.js";

export const runForm: View = { id: VIEWS.runForm, deed: "run", submit: submitRunForm };
