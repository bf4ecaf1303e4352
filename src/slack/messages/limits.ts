// Slack's limits for messages and views, in characters unless stated otherwise. Source: Slack's Block Kit reference.

export const LIMITS = {
  /** Blocks. */
  messageBlocks: 50,
  messageText: 4_000,
  /** The text of a message without blocks, well below what Slack shows in one piece. */
  plainText: 3_000,
  /** All text in a message's blocks together, well below what Slack refuses as msg_blocks_too_long. */
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
  /** What to start a run with, in a button's value: in characters of the message's JSON, with room for what else the value holds. */
  carriedInButton: 1_500,
  /** A choice among projects, in a button's value: in characters of the message's JSON. Five of them leave room for the projects. */
  choiceInButton: 700,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  /** Blocks of a modal or a Home tab. */
  viewBlocks: 100,
  /** Also the limit for the labels of a modal's buttons. */
  viewTitle: 24,
  /** Bytes of JSON. */
  view: 250_000,
  blockId: 255,
  actionId: 255,
  inputLabel: 2_000,
  inputHint: 2_000,
  inputText: 3_000,
  placeholder: 150,
  optionText: 75,
  optionValue: 150,
  /** Options of a picker. */
  options: 100,
  alertText: 200,
  /** All text of a table that can be sorted. */
  tableText: 20_000,
  /** Rows, with that of the headings. */
  tableRows: 201,
  /** Rows that are shown at once, of the 100 that may be. */
  tablePage: 20,
  /** The text of a cell, well below what Slack accepts. */
  tableCell: 200,
} as const;
