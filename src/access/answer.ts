// Yes, no, or not known (`null`), because Slack or Hex may not have said what it takes.

export type Answer = boolean | null;

/** Yes if it is yes of one, no if it is no of all. */
export function anyOf<T>(items: readonly T[], ask: (item: T) => Answer): Answer {
  let isKnown = true;
  for (const item of items) {
    const answer = ask(item);
    if (answer) return true;
    if (answer === null) isKnown = false;
  }
  return isKnown ? false : null;
}

/** No if it is no of one, yes if it is yes of all. */
export function allOf<T>(items: readonly T[], ask: (item: T) => Answer): Answer {
  let isKnown = true;
  for (const item of items) {
    const answer = ask(item);
    if (answer === false) return false;
    if (answer === null) isKnown = false;
  }
  return isKnown ? true : null;
}
