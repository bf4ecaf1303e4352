// Times to come that are stored, which outlive the process and the setting of the clock that made them. Pure.

/**
 * Whether a stored time has come. One that lies further ahead than the longest wait there is for it is of a clock that has been
 * set back since: nobody could tell how long to wait for it, so that it counts as come.
 * @param at the stored time, and `now`, in epoch ms
 * @param longestMs the longest wait that may have been stored
 */
export function hasCome(at: number, now: number, longestMs: number): boolean {
  return at <= now || at - now > longestMs;
}
