// Where a click, a form or a shortcut comes from, in the words of its payload.

import type { Origin } from "../connection/members.js";

interface Payload {
  user: { id: string; team_id?: string | undefined };
  team?: { id: string; enterprise_id?: string | undefined } | null | undefined;
  enterprise?: { id: string } | null | undefined;
}

export function originOf({ user, team, enterprise }: Payload): Origin {
  return {
    user: user.id,
    userTeam: user.team_id ?? null,
    team: team?.id ?? null,
    enterprise: team?.enterprise_id ?? enterprise?.id ?? null,
  };
}
