// The notifications that Hex is asked to send at the end of a run, and how its answers repeat them.

import { z } from "zod";

/** One request for notifications. Source: Hex's OpenAPI document (September 2026). */
export const notificationSchema = z.looseObject({
  type: z.enum(["SUCCESS", "FAILURE", "ALL"]),
  includeSuccessScreenshot: z.boolean(),
  screenshotFormat: z.enum(["png", "pdf"]).optional(),
  slackChannelIds: z.array(z.string()).optional(),
  userIds: z.array(z.guid()).optional(),
  groupIds: z.array(z.guid()).optional(),
  subject: z.string().optional(),
  body: z.string().optional(),
});
type Notification = z.output<typeof notificationSchema>;

/** In answers: one element for each recipient, with the format in a list. */
export function notificationViews(notifications: readonly Notification[]) {
  return notifications.flatMap(
    ({
      type,
      subject,
      body,
      includeSuccessScreenshot,
      screenshotFormat,
      slackChannelIds = [],
      userIds = [],
      groupIds = [],
    }) => {
      const shared = {
        type,
        ...(subject === undefined ? {} : { subject }),
        ...(body === undefined ? {} : { body }),
        includeSuccessScreenshot,
        ...(screenshotFormat === undefined ? {} : { screenshotFormat: [screenshotFormat] }),
      };
      return [
        ...slackChannelIds.map((id) => ({
          ...shared,
          recipientType: "SLACK_CHANNEL" as const,
          recipient: { id, name: `channel-${id.toLowerCase()}`, isPrivate: false },
        })),
        ...userIds.map((id) => ({ ...shared, recipientType: "USER" as const, recipient: { id, name: `User ${id}` } })),
        ...groupIds.map((id) => ({
          ...shared,
          recipientType: "GROUP" as const,
          recipient: { id, name: `Group ${id}` },
        })),
      ];
    },
  );
}
