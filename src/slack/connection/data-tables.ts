// Whether the workspace takes tables that can be sorted. Some refuse them, and nothing says so before.

export class DataTables {
  #areRefused = false;

  /** False from the first refusal on, for as long as the process lives. */
  get areTaken(): boolean {
    return !this.#areRefused;
  }

  /** Slack refused a message with a table, and took it without. */
  refused(): void {
    this.#areRefused = true;
  }
}
