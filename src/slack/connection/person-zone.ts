// The time zone in which somebody lives, as they have set it in Slack.

import { asSlackFailure } from "./failures.js";
import type { AskingOptions } from "./people.js";
import { readAnswer, userInfo } from "./read-answer.js";

/**
 * Needs the optional scope `users:read`, and asks nothing without it.
 * @param user a person's id
 * @returns a name such as `Europe/Berlin`, or null when Slack does not say
 */
export async function personZone(
  user: string,
  { slack, slackRefusals, log }: Omit<AskingOptions, "clock">,
): Promise<string | null> {
  if (slackRefusals.now().declinedScopes.includes("users:read")) return null;
  try {
    const answer = readAnswer("users.info", userInfo, await slack.users.info({ user }));
    return answer.user.tz ?? null;
  } catch (error) {
    const failure = asSlackFailure(error);
    log.warn({ failure: failure.facts }, "Slack does not tell somebody's time zone: %s", failure.word);
    return null;
  }
}
