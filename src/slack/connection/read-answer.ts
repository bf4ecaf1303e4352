// Parses the answers of Slack's Web API like everything else from Slack, because the values are stored and sent back to it.

import { z } from "zod";
import { UnreadableAnswerError } from "./failures.js";
import { flag, id, maybe, maybeId, maybeWord, timestamp } from "./payloads/fields.js";

/** The answer to `auth.test`. Source: https://docs.slack.dev/reference/methods/auth.test */
export const authTest = z.object({
  team_id: id,
  user_id: id,
  bot_id: maybeId,
  user: maybe(z.string().max(255)),
  enterprise_id: maybeId,
  is_enterprise_install: flag,
});

/** The answer to `auth.teams.list`. */
export const teamsList = z.object({ teams: maybe(z.array(z.object({ id }))) });

/** The answer to `chat.postMessage`: where the message is. */
export const postedAt = z.object({
  channel: maybeId,
  ts: timestamp,
});

/** The answer to `chat.getPermalink`. It needs no scope. Source: https://docs.slack.dev/reference/methods/chat.getPermalink */
export const permalinkOf = z.object({ permalink: z.url({ protocol: /^https?$/ }).max(2_000) });

/** The answer to `users.info`: the name of the person's time zone. */
export const userInfo = z.object({ user: z.object({ tz: maybe(z.string().max(100)) }) });

/** Whose account it is. `is_stranger` is not said of people from elsewhere who share a channel with the bot. */
const account = z.object({
  team_id: maybeId,
  enterprise_user: maybe(z.object({ enterprise_id: maybeId })),
  is_admin: maybe(z.boolean()),
  is_owner: maybe(z.boolean()),
  is_restricted: maybe(z.boolean()),
  is_ultra_restricted: maybe(z.boolean()),
  deleted: maybe(z.boolean()),
  is_bot: maybe(z.boolean()),
  is_stranger: maybe(z.boolean()),
  profile: maybe(z.object({ email: maybe(z.string().max(320)) })),
});
export type AccountSaid = z.output<typeof account>;

/** The answer to `users.info`: who the person is. The address needs `users:read.email`. */
export const personDetails = z.object({ user: account });

/** The answer to `users.list`: a page of accounts. The cursor of the last page is empty. Source: https://docs.slack.dev/reference/methods/users.list */
export const accountsPage = z.object({
  members: z.array(account.extend({ id })),
  response_metadata: maybe(z.object({ next_cursor: maybe(z.string().max(1_000)) })),
});

/** The answer to `usergroups.users.list`. Source: https://docs.slack.dev/reference/methods/usergroups.users.list */
export const groupMembers = z.object({ users: z.array(id) });

/** The answer to `usergroups.list`. `date_delete` is 0 for a group that is switched on. Source: https://docs.slack.dev/reference/methods/usergroups.list */
export const userGroups = z.object({
  usergroups: z.array(
    z.object({
      id,
      name: maybe(z.string().max(1_000)),
      handle: maybe(z.string().max(1_000)),
      date_delete: maybe(z.number()),
      // Only if they are asked for.
      users: maybe(z.array(id)),
    }),
  ),
});

/** The answer to `users.info`: whether the account still is somebody's of this workspace. */
export const accountState = z.object({
  user: account.pick({ deleted: true, is_bot: true, is_stranger: true, team_id: true, enterprise_user: true }),
});

/** The answer to `conversations.info`. */
export const conversationState = z.object({ channel: z.object({ is_archived: maybe(z.boolean()) }) });

/** The answer to `users.lookupByEmail`. */
export const personFound = z.object({ user: z.object({ id }) });

/** The answer to `views.publish` and `views.update`: the hash of the view, which changes each time. Without one, the next update names none. */
export const drawnView = z.object({ view: maybe(z.object({ hash: maybeWord })) });

/** @throws UnreadableAnswerError, which says what is wrong but not what the answer contains */
export function readAnswer<T>(method: string, schema: z.ZodType<T>, answer: unknown): T {
  const reading = schema.safeParse(answer);
  if (reading.success) return reading.data;
  throw new UnreadableAnswerError(
    method,
    reading.error.issues.slice(0, 5).map(({ path, message }) => `${path.join(".")}: ${message}`),
  );
}
