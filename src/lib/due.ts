// Stored times that lie in the future. They outlive the process and the clock setting that produced them. Pure.

/**
 * Whether a stored time has come. A time further ahead than the longest possible wait is from before the clock was set back. There
 * is no telling how long to wait for it, so it counts as having come.
 * @param at the stored time, and `now`, in epoch ms
 * @param longestMs the longest wait that may have been stored
 */
export function hasCome(at: number, now: number, longestMs: number): boolean {
  return at <= now || at - now > longestMs;
}
