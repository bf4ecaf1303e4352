// Does a piece of work for each key, never two at a time for one.

export class OneAtATime {
  /** `again`: it was asked for meanwhile. */
  readonly #underWay = new Map<string, { done: Promise<void>; again: boolean }>();

  /** `work` never rejects. */
  constructor(private readonly work: (key: string) => Promise<void>) {}

  /** Resolves when the work was done for `key`, begun after this call. Whoever asks while it is under way has it done once more. */
  do(key: string): Promise<void> {
    const underWay = this.#underWay.get(key);
    if (underWay) {
      underWay.again = true;
      return underWay.done;
    }
    const begun = { done: Promise.resolve(), again: true };
    this.#underWay.set(key, begun);
    begun.done = (async () => {
      while (begun.again) {
        begun.again = false;
        await this.work(key);
      }
      this.#underWay.delete(key);
    })();
    return begun.done;
  }

  /** Resolves when what is under way is done. */
  async idle(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map(({ done }) => done));
  }
}
