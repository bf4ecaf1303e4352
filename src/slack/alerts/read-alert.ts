// Reading an alert whose row may be damaged.

import { UnreadableRow } from "../../store/row-reader.js";
import type { Alert, AlertStore } from "./store.js";

/** @returns `null` when there is no such alert */
export async function readAlert(alerts: Pick<AlertStore, "get">, id: string): Promise<Alert | "unreadable" | null> {
  try {
    return await alerts.get(id);
  } catch (error) {
    if (error instanceof UnreadableRow) return "unreadable";
    throw error;
  }
}
