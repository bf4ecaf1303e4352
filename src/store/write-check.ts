// Whether the store can be written to at this moment, tested with a write that leaves nothing behind.

import type { Db } from "./database.js";

/**
 * Inserts and deletes a row within one transaction. Both stores write it to their log and to the disk, so a full or read-only disk
 * shows up, and nobody else sees the row. (An update that changes nothing would only take the lock.)
 */
export async function checkWrite(db: Db): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.insertInto("requests").values({ at: NEVER }).execute();
    await transaction.deleteFrom("requests").where("at", "=", NEVER).execute();
  });
}

/** A time at which no request was ever made, so that a row that is left behind after all counts for nothing. */
const NEVER = 0;
