// Of all cases, few that still hold each pair of values that two of their dimensions have together.

/** Greedy: each time the case with the most pairs that none has yet. @param valuesOf one value for each dimension */
export function allPairs<T>(cases: readonly T[], valuesOf: (one: T) => readonly string[]): T[] {
  const left = new Map(cases.map((one) => [one, pairsOf(valuesOf(one))]));
  const missing = new Set([...left.values()].flat());
  const chosen: T[] = [];
  while (missing.size > 0) {
    let best: { one: T; pairs: readonly string[]; adds: number } | null = null;
    for (const [one, pairs] of left) {
      const adds = pairs.filter((pair) => missing.has(pair)).length;
      if (adds > (best?.adds ?? 0)) best = { one, pairs, adds };
    }
    if (best === null) break;
    chosen.push(best.one);
    for (const pair of best.pairs) missing.delete(pair);
  }
  return chosen;
}

export function pairsOf(values: readonly string[]): string[] {
  return values.flatMap((one, at) =>
    values.slice(at + 1).map((other, next) => `${at} ${one} + ${at + 1 + next} ${other}`),
  );
}
