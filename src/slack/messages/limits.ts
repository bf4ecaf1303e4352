// Slack's limits for what a message holds, in characters unless told. Source: Slack's Block Kit reference.

export const LIMITS = {
  /** Blocks. */
  messageBlocks: 50,
  messageText: 4_000,
  /** Of a message without blocks: well below what Slack shows in one piece. */
  plainText: 3_000,
  /** All texts of a message's blocks together stay well below what Slack refuses as msg_blocks_too_long. */
  messageBlocksText: 11_000,
  sectionText: 3_000,
  fieldText: 2_000,
  /** Fields. */
  sectionFields: 10,
  contextText: 2_000,
  /** Elements. */
  contextElements: 10,
  /** Elements. */
  actionElements: 25,
  buttonText: 75,
  buttonValue: 2_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
} as const;
