// Lets one part tell others what happened without knowing about them.

export class Emitter<T> {
  readonly #listeners: ((event: T) => void)[] = [];

  /** `listener` is called for every event from now on. It must not throw. */
  on(listener: (event: T) => void): void {
    this.#listeners.push(listener);
  }

  /** Calls all listeners, in the order in which they were added. */
  emit(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
}
