// Waits, in real time, until something is there.

export class Watch {
  #waiting = new Set<() => void>();

  /** Says that something has changed. */
  notify(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Calls `listener` at every change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }

  /** Resolves with what `find` returns, as soon as that is not undefined. Rejects after `ms` real milliseconds. */
  until<T>(find: () => T | undefined, ms: number, complaint: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = () => {
        try {
          const found = find();
          if (found === undefined) return;
          end();
          resolve(found);
        } catch (error) {
          end();
          reject(error);
        }
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(complaint()));
      }, ms);
      this.#waiting.add(look);
      look();
    });
  }
}
