// Somebody has removed the app from the workspace.

import { appUninstalled as envelope } from "../../connection/payloads/events.js";
import { hearing } from "./event.js";
import { tellLoss } from "./tell-loss.js";

export const appUninstalled = hearing("app_uninstalled", envelope, async (listening) =>
  tellLoss(listening, "app_uninstalled"),
);
