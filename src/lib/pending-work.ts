// Keeps track of work that continues after an acknowledgement, so that a stop can wait for it.

export class PendingWork {
  readonly #pending = new Set<Promise<unknown>>();

  /** Adds a piece of work and returns it. */
  add<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work);
    const forget = () => this.#pending.delete(work);
    work.then(forget, forget);
    return work;
  }

  /** Resolves when all work is done, including work that is added in the meantime. */
  async done(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending]);
  }
}
