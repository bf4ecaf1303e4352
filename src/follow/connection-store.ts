// Stores which data connections projects use, and their names: never more of a cell or of a connection.

import { z } from "zod";
import { epochMs } from "../lib/epoch.js";
import type { Db } from "../store/database.js";
import type { Write } from "../store/leadership.js";
import { RowReader, storedDoc } from "../store/row-reader.js";
import type { KnownConnections } from "./shared-connections.js";

const readingSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("cells"), projectId: z.string(), readAt: epochMs, connectionIds: z.array(z.string()) }),
  z.object({
    kind: z.literal("names"),
    readAt: epochMs,
    connections: z.array(z.object({ id: z.string(), name: z.string() })),
  }),
  /** `of`: what the token may not read. */
  z.object({ kind: z.literal("refused"), of: z.enum(["cells", "names"]), readAt: epochMs }),
]);
/** What Hex answered. */
export type ConnectionReading = z.output<typeof readingSchema>;

export class ConnectionStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
    /** Writes changes, and refuses those of a process that does not lead. */
    private readonly write: Write = (work) => db.transaction().execute(work),
  ) {}

  /** All that is known. Unreadable rows are left out, and Hex is asked again. */
  async known(): Promise<KnownConnections> {
    const rows = await this.db
      .selectFrom("connection_readings")
      .select(["key", storedDoc(this.db).as("doc")])
      .execute();
    const readings = this.rows.each(rows, ({ key, doc }) =>
      this.rows.doc({ table: "connection_readings", key }, readingSchema, doc),
    );
    return knownBy(readings);
  }

  /** Replaces what was known of the same. A successful reading ends a refusal. */
  async keep(reading: ConnectionReading): Promise<void> {
    const columns = { read_at: reading.readAt, doc: JSON.stringify(reading) };
    await this.write(async (db) => {
      await db
        .insertInto("connection_readings")
        .values({ key: keyOf(reading), ...columns })
        .onConflict((conflict) => conflict.column("key").doUpdateSet(columns))
        .execute();
      if (reading.kind === "refused") return;
      await db.deleteFrom("connection_readings").where("key", "=", `refused ${reading.kind}`).execute();
    });
  }

  /** Forgets what was read before a time (epoch ms). */
  async removeBefore(time: number): Promise<void> {
    await this.write((db) => db.deleteFrom("connection_readings").where("read_at", "<", time).execute());
  }
}

function knownBy(readings: readonly ConnectionReading[]): KnownConnections {
  const uses = new Map<string, { readAt: number; connectionIds: string[] }>();
  const refusedAt: KnownConnections["refusedAt"] = { cells: null, names: null };
  let names: KnownConnections["names"] = null;
  for (const reading of readings) {
    const { readAt } = reading;
    if (reading.kind === "cells") uses.set(reading.projectId, { readAt, connectionIds: reading.connectionIds });
    else if (reading.kind === "refused") refusedAt[reading.of] = readAt;
    else names = { readAt, byId: new Map(reading.connections.map(({ id, name }) => [id, name])) };
  }
  return { uses, names, refusedAt };
}

function keyOf(reading: ConnectionReading): string {
  switch (reading.kind) {
    case "cells":
      return `cells ${reading.projectId}`;
    case "names":
      return "names";
    case "refused":
      return `refused ${reading.of}`;
  }
}
