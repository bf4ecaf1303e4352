// A switch with two positions.

import type { Switch } from "../sandbox/page/stage.js";

/** Off at first. `set`: called when it changes. */
export function toggle(
  id: string,
  name: string,
  effect: string,
  set: (on: boolean) => void,
  about: Switch["about"] = "hex",
): Switch {
  let isOn = false;
  return {
    id,
    name,
    effect,
    about,
    get on() {
      return isOn;
    },
    set(on) {
      if (on === isOn) return;
      isOn = on;
      set(on);
    },
  };
}
