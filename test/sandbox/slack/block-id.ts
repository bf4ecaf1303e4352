// The block_id that Slack gives a block without one.

export const idOfBlock = (index: number) => `auto-block-${index}`;
