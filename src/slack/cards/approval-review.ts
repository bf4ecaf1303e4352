// Looks again at the runs that wait for an approval: the rules may want somebody else's by now, the project may have another owner, or
// nobody can give it any more.

import type { Clock } from "../../lib/clock.js";
import { rewanted, withHope, withOwner } from "../../runs/approval.js";
import type { RunIn } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import { permissionsOf } from "../access/permissions.js";
import { type ApproverSources, mayBeApproved } from "../access/possible-approvers.js";
import type { CardStore } from "./store.js";
import { ownerNow } from "./whom-to-ask.js";

export interface ApprovalReviewOptions {
  runs: RunStore;
  cards: Pick<CardStore, "channelsInFlight">;
  permissions: ApproverSources;
  clock: Clock;
}

export class ApprovalReview {
  /** Whether no run waited the last time. Without rules none begins to wait, and there is no need to look again. */
  #noneWaits = false;

  constructor(private readonly options: ApprovalReviewOptions) {}

  /**
   * Looks whether somebody else's approval is wanted by now, and whether somebody can give it, for each run that waits. Rejects when the
   * store fails.
   */
  async sweep(): Promise<void> {
    const { runs, cards, permissions } = this.options;
    if (this.#noneWaits && !permissions.access.hasPolicy) return;
    const awaiting = (await runs.inFlight()).filter((run) => run.state === "awaiting");
    this.#noneWaits = awaiting.length === 0;
    if (this.#noneWaits) return;
    const channels = await cards.channelsInFlight();
    for (const run of awaiting) await this.#review(run, channels.get(run.key) ?? null);
  }

  /** `channel`: where its card is. */
  async #review(run: RunIn<"awaiting">, channel: string | null): Promise<void> {
    const { runs, permissions, clock } = this.options;
    const { requester, project, options, approval } = run;
    if (requester === null) return;
    const asker = await permissionsOf(permissions, requester, approval.place);
    // `null` where it would need no approval by now, or is not allowed: that is decided when somebody presses a button.
    const need = asker.approvalFor(project, options);
    const { by } = need ?? approval;
    const places = [channel, approval.place];
    const owner = await ownerNow(permissions, run);
    const hope = await mayBeApproved(permissions, { projectId: project.id, requester, by, places });
    await runs.update(run.key, (stored) => {
      if (stored.state !== "awaiting") return null;
      const wanted = need === null ? stored.approval : rewanted(stored.approval, need);
      const owned = owner.said === "yes" ? withOwner(wanted, owner.id) : wanted;
      return { ...stored, approval: withHope(owned, hope, clock.now()) };
    });
  }
}
