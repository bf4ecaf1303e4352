// Does work by key, never two pieces at a time for the same key.

export class OneAtATime {
  /** `again` is true when the work was requested again in the meantime. */
  readonly #underWay = new Map<string, { done: Promise<void>; again: boolean }>();

  /** `work` must never reject. */
  constructor(private readonly work: (key: string) => Promise<void>) {}

  /** Resolves when the work for `key` has been done, begun after this call. A call while the work is under way has it done once more. */
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

  /** Resolves when all work under way is done. */
  async idle(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map(({ done }) => done));
  }
}
