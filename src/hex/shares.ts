// How the requests that people leave over are shared in the background. Pure.
//
// Each has a weight. While all want more than there is, each gets a part in proportion to its weight. What one does not use is lent
// to the others, in the same proportion (weighted max-min fairness).

/** The part of the budget that one kind of request in the background has a right to. */
export interface Share {
  readonly name: string;
  /** Relative to the weights of the other shares; more than 0. */
  readonly weight: number;
}

/** A share, and how many requests it uses a minute. */
export interface Use {
  share: Share;
  requests: number;
}

/**
 * How many of `total` requests a share may use, given what the others use: at least its part by weight, and more when others use less
 * than theirs.
 * @param others the other shares, each once
 */
export function partOf(own: Share, others: readonly Use[], total: number): number {
  let [left, weight] = [total, others.reduce((sum, { share }) => sum + share.weight, own.weight)];
  // A share that uses less than its part leaves the rest to those that want more.
  for (const { share, requests } of [...others].sort((one, other) => levelOf(one) - levelOf(other))) {
    if (requests * weight > left * share.weight) break;
    left -= requests;
    weight -= share.weight;
  }
  return (left * own.weight) / weight;
}

/** Whose turn it is: the one that has used least of its share, the first of these in the order given. */
export function nextOf<T extends Use>(waiting: readonly T[]): T | undefined {
  return waiting.reduce<T | undefined>(
    (best, one) => (best === undefined || levelOf(one) < levelOf(best) ? one : best),
    undefined,
  );
}

function levelOf({ share, requests }: Use): number {
  return requests / share.weight;
}
