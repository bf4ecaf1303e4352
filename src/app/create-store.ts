// The store, which process may write to it, and whether it works.

import { randomBytes } from "node:crypto";
import { Emitter } from "../lib/emitter.js";
import { SET_ASIDE_TODO } from "../slack/messages/set-aside.js";
import { Drafts } from "../store/drafts.js";
import { type StoreFailure, storeFailureOf } from "../store/failure.js";
import { type OpenedStore, openStore } from "../store/open-store.js";
import { RowReader } from "../store/row-reader.js";
import { SeenEvents } from "../store/seen-events.js";
import { type Seldom, seldomWith } from "../store/seldom.js";
import { StoreCheck } from "../store/store-check.js";
import { checkWrite } from "../store/write-check.js";
import { logLead } from "./log-lead.js";
import { StoreLog } from "./log-store.js";
import type { Settings } from "./settings.js";

export interface StorePart extends OpenedStore {
  /** A unique name for this process. */
  process: string;
  /** Knows which rows could not be read. */
  rows: RowReader;
  check: StoreCheck;
  seldom: Seldom;
  drafts: Drafts;
  seenEvents: SeenEvents;
}

/** @throws StoreError, or StoreFailure when the store that was opened fails immediately */
export async function createStore({ config, log, secretInFile, clock: machineClock }: Settings): Promise<StorePart> {
  const process = randomBytes(8).toString("hex");
  /** Failures of Postgres while no part is using it. */
  const unasked = new Emitter<StoreFailure>();
  const opened = await openStore(config.store, {
    clock: machineClock,
    process,
    onLead: (event) => logLead(log, event),
    onError: (error) => unasked.emit(storeFailureOf(error)),
    urlFile: {
      read: () => secretInFile("DATABASE_URL"),
      onRenewed: () => log.info("The login of DATABASE_URL was renewed from its file"),
      onUseless: (why) => log.warn("DATABASE_URL_FILE holds another URL, which is not used: %s", why),
    },
  });
  const { store, clock } = opened;
  const storeLog = new StoreLog(log, config.store.kind, clock);
  const check = new StoreCheck({
    clock,
    tryStore: async () => {
      store.file?.assertThere();
      await checkWrite(store.db);
    },
    onChange: (state, error) => storeLog.changed(state, error),
  });
  for (const failures of [opened.failures, unasked]) failures.on((failure) => check.onFailure(failure));
  const seldom = seldomWith({ clock, check, onFailure: (failure, why) => storeLog.failed(failure, why) });
  unasked.on(seldom((err) => log.warn({ err }, "A connection to Postgres failed: the bot tries again")));
  const rows = new RowReader(
    ({ place, why }) =>
      log.error({ ...place, why, todo: SET_ASIDE_TODO }, "A stored row cannot be read and is set aside"),
    () => clock.monotonic(),
  );
  const drafts = new Drafts(store.db, () => clock.now(), rows);
  const seenEvents = new SeenEvents(store.db, () => clock.now());
  return { ...opened, process, rows, check, seldom, drafts, seenEvents };
}
