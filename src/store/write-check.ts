// Whether the store can be written to at this moment, tried with a write that leaves nothing behind.

import type { Db } from "./database.js";

/**
 * A row comes and goes within one transaction: both stores write it to their log and to the disk, so that a full or
 * read-only disk shows, and nobody else sees it. (An update that changes nothing would only take the lock.)
 */
export async function checkWrite(db: Db): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.insertInto("requests").values({ at: NEVER }).execute();
    await transaction.deleteFrom("requests").where("at", "=", NEVER).execute();
  });
}

/** When no request was ever made, so that a row that stays after all counts for nothing. */
const NEVER = 0;
