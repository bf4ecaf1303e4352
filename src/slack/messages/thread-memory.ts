// A message that remembers which thread it is about, wherever it was posted: whatever its buttons start gets its card there.

import type { KnownBlock } from "@slack/types";
import type { Message } from "./blocks.js";

const PREFIX = "thread";

/** Puts the thread into the ids of the blocks with buttons, which come back with every click. `null` when there is no thread. */
export function rememberingThread(message: Message, threadTs: string | null): Message {
  if (threadTs === null) return message;
  const blocks = message.blocks.map((block, index) =>
    holdsButtons(block) && block.block_id === undefined
      ? { ...block, block_id: `${PREFIX} ${threadTs} ${index}` }
      : block,
  );
  return { ...message, blocks };
}

/** The thread in a block's id; `null` when there is none. */
export function rememberedThread(blockId: string | undefined): string | null {
  const [prefix, threadTs = ""] = blockId?.split(" ") ?? [];
  return prefix === PREFIX && /^\d{1,12}\.\d{1,9}$/.test(threadTs) ? threadTs : null;
}

function holdsButtons(block: KnownBlock): boolean {
  return block.type === "actions" || (block.type === "section" && block.accessory !== undefined);
}
