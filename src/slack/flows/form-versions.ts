// The versions of open forms that this process has drawn, so that a form ends up as the last pick wants it, however fast people pick
// and however late Slack gets a redrawing.

import { keepLatest } from "../../lib/keep-latest.js";

/** A version of a form that Slack shows. `hash` is Slack's, `null` when it is not known; `round` is the form's. */
export interface FormVersion {
  hash: string | null;
  round: number;
}

/** The version that is to be redrawn. */
export interface ShownVersion {
  /** Slack's; `null` when it is not known. */
  hash: string | null;
  /** Whether this process has drawn it since the pick was made. */
  isNewer: boolean;
  /** The first round that it has not had yet. */
  leastRound: number;
}

interface Drawn {
  /** The hashes of the versions that were replaced here. */
  replaced: Set<string>;
  latest: FormVersion | null;
  /** When the last pick was made, epoch ms. */
  pickedAt: number;
  /** Settles when the last redrawing that was asked for is done. */
  done: Promise<unknown>;
}

/** How many forms are remembered: more than people have open at the same time. */
const MOST_FORMS = 1_000;

export class FormVersions {
  readonly #forms = new Map<string, Drawn>();

  /**
   * Redraws a form for a pick, once earlier redrawings are done. If there has been a later pick, leaves it to that one.
   * @param view the version in which the pick was made
   * @param pickedAt by Slack's clock, epoch ms
   * @param draw replaces `shown`. Resolves with the new version, or with `null` if there is none.
   */
  redraw(
    view: { id: string; hash: string | null },
    pickedAt: number,
    draw: (shown: ShownVersion) => Promise<FormVersion | null>,
  ): Promise<void> {
    const form = this.#formOf(view.id);
    form.pickedAt = Math.max(form.pickedAt, pickedAt);
    const redrawn = form.done.then(async () => {
      if (pickedAt < form.pickedAt) return;
      const isReplaced = view.hash !== null && form.replaced.has(view.hash);
      const latest = isReplaced ? form.latest : null;
      const shown: ShownVersion =
        latest === null
          ? { hash: view.hash, isNewer: false, leastRound: 0 }
          : { hash: latest.hash, isNewer: true, leastRound: latest.round + 1 };
      const next = await draw(shown);
      if (next === null) return;
      for (const hash of [view.hash, shown.hash]) if (hash !== null) form.replaced.add(hash);
      form.latest = next;
    });
    form.done = redrawn.catch(() => undefined);
    return redrawn;
  }

  #formOf(id: string): Drawn {
    const form = this.#forms.get(id) ?? {
      replaced: new Set(),
      latest: null,
      pickedAt: Number.NEGATIVE_INFINITY,
      done: Promise.resolve(),
    };
    keepLatest(this.#forms, id, form, MOST_FORMS);
    return form;
  }
}
