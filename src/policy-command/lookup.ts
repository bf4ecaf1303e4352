// Looks up people in Slack and projects in Hex, as far as there are tokens for that.

import type { Policy } from "../access/policy.js";
import { factsOf } from "../access/project-facts.js";
import { ProjectValues } from "../access/project-values.js";
import { type NameFindings, NOTHING_FOUND, namesWithoutProjects } from "../access/unmatched-name.js";
import { asksAboutCollections, wantedFacts } from "../access/wanted-facts.js";
import { CollectionsAsked } from "../catalog/collections-asked.js";
import { Matcher } from "../catalog/match.js";
import { type Config, type HexConfig, readHexConfig, readSlackConfig } from "../config/config.js";
import { withSecretFiles } from "../config/secret-files.js";
import type { Environment } from "../config/variables.js";
import { AllProjects } from "../hex/all-projects.js";
import type { HexClient } from "../hex/client.js";
import { readReference } from "../hex/links.js";
import type { Project } from "../hex/schema.js";
import { terminalClient } from "../hex/terminal-client.js";
import type { Clock } from "../lib/clock.js";
import { createNetwork, type Network, type Proxies } from "../lib/network.js";
import { asSlackFailure } from "../slack/connection/failures.js";
import { slackRemedy } from "../slack/messages/slack-remedies.js";
import { USER_AGENT } from "../user-agent.js";
import { type AskedPerson, type DescribedPerson, describedPerson } from "./described-person.js";
import { type AskedProject, describedProject } from "./described-project.js";
import { SlackLookup } from "./slack-lookup.js";
import { plain } from "./table.js";
import { UsageError } from "./usage-error.js";

/** For reading all projects. */
const TIMEOUT_MS = 60_000;
/** Slack answers about a hundred people a minute. The others stay unknown. */
const MOST_PEOPLE = 100;

/** What can be asked with the tokens that are set. */
interface Reach {
  slack: Pick<Config["slack"], "botToken" | "apiUrl"> | null;
  hex: HexConfig | null;
  proxies: Proxies | null;
}

/** As far as the tokens say, whatever else is set. */
export function reachOf(env: Environment): Reach {
  const slack = withSecretFiles(env, readSlackConfig, ["SLACK_BOT_TOKEN"]);
  const hex = withSecretFiles(env, readHexConfig, ["HEX_API_TOKEN"]);
  return {
    slack: slack.ok ? slack.config.slack : null,
    hex: hex.ok ? hex.config.hex : null,
    proxies: slack.ok ? slack.config.proxies : hex.ok ? hex.config.proxies : null,
  };
}

export class Lookup {
  readonly #network: Network;
  readonly #slack: SlackLookup | null;
  readonly #hex: HexClient | null;
  readonly #origin: string | null;
  #projects: Promise<readonly Project[]> | null = null;
  #asked = 0;

  constructor(
    { slack, hex, proxies }: Reach,
    private readonly policy: Policy,
    private readonly clock: Clock,
  ) {
    this.#network = createNetwork(proxies);
    this.#slack = slack === null ? null : new SlackLookup(slack, clock, this.#network);
    this.#hex = hex === null ? null : terminalClient(hex, { userAgent: USER_AGENT, fetch: this.#network.fetch, clock });
    this.#origin = hex?.origin ?? null;
  }

  /** What is not looked up, because there is no token for it. */
  get missing(): readonly ("Slack" | "Hex")[] {
    return [...(this.#slack === null ? ["Slack" as const] : []), ...(this.#hex === null ? ["Hex" as const] : [])];
  }

  /** Somebody who is given by an id alone is looked up in Slack. */
  async person(who: DescribedPerson): Promise<AskedPerson> {
    const { policy } = this;
    const { label, id, kind } = who;
    if (id === null || kind !== null || this.#slack === null || ++this.#asked > MOST_PEOPLE) {
      return describedPerson(who, policy);
    }
    const { groups } = wantedFacts(policy);
    const [details, members] = await Promise.all([this.#slack.details(id), this.#slack.members(groups)]);
    const groupsOf = new Map([...members].map(([group, ids]) => [group, ids.has(id)]));
    const person = { id, isOfWorkspace: details.isActive !== false, ...details, groups: groupsOf };
    return { label, isOwner: false, as: () => person };
  }

  /** All listed projects, by title; `null` when Hex is not asked. @throws HexError */
  async projects(): Promise<AskedProject[] | null> {
    if (this.#hex === null) return null;
    const projects = await this.#read(this.#hex);
    return projects.map(asked).sort((one, other) => one.label.localeCompare(other.label, "en"));
  }

  /** The names in the rules that match nobody in Slack. `problem`: why Slack did not answer; `null` if it did, or was not asked. */
  async namesInSlack(): Promise<{ findings: NameFindings; problem: string | null }> {
    try {
      return { findings: (await this.#slack?.names(this.policy.names)) ?? NOTHING_FOUND, problem: null };
    } catch (error) {
      return { findings: NOTHING_FOUND, problem: slackRemedy(asSlackFailure(error).word).what };
    }
  }

  /** The names in the rules that no project in Hex has. @throws HexError */
  async namesInHex(): Promise<NameFindings> {
    const projects = await this.projects();
    // In a workspace without projects, no name says anything.
    if (projects === null || projects.length === 0) return NOTHING_FOUND;
    const values = new ProjectValues(projects.map(({ facts }) => facts));
    return namesWithoutProjects(this.policy.names, values, async () => undefined);
  }

  /** The project that was typed. @throws UsageError, HexError */
  async project(text: string): Promise<AskedProject> {
    const described = describedProject(text) ?? this.#linked(text);
    if (described !== null && described.id === "") return described;
    if (this.#hex === null) {
      if (described !== null) return described;
      throw new UsageError(
        "Without Hex, a title says too little. Give the id of the project, or describe it, such as category:Finance.",
      );
    }
    const projects = await this.#read(this.#hex);
    if (described !== null) {
      const found = projects.find(({ id }) => id === described.id);
      return found === undefined ? described : asked(found);
    }
    return asked(byTitle(projects, text));
  }

  async close(): Promise<void> {
    await this.#network.close();
  }

  #linked(text: string): AskedProject | null {
    const reference = this.#origin === null ? null : readReference(text, this.#origin);
    return reference !== null && "projectId" in reference ? describedProject(reference.projectId) : null;
  }

  #read(hex: HexClient): Promise<readonly Project[]> {
    const collections = new CollectionsAsked({
      clock: this.clock,
      areWanted: () => asksAboutCollections(this.policy),
      onRefused: () => undefined,
    });
    this.#projects ??= collections.ask((asked) => readProjects(hex, asked));
    return this.#projects;
  }
}

async function readProjects(hex: HexClient, withCollections: boolean): Promise<readonly Project[]> {
  const all = new AllProjects(hex, { collections: withCollections });
  await all.look({ reference: "policy", priority: "command", timeoutMs: TIMEOUT_MS });
  return all.seen?.projects ?? [];
}

function byTitle(projects: readonly Project[], text: string): Project {
  const matcher = new Matcher();
  for (const project of projects) matcher.put(project);
  const match = matcher.match(text, "listed");
  if (match.kind === "exact" || match.kind === "one") return match.project;
  const near = match.kind === "several" ? match.projects : match.nearest;
  const hint = near.slice(0, 5).map(({ id, title }) => `\n  ${id} ${plain(title)}`);
  const what = match.kind === "several" ? "Several projects fit" : "No project fits";
  throw new UsageError(`${what} ${JSON.stringify(text.slice(0, 60))}. Give the id of one.${hint.join("")}`);
}

function asked(project: Project): AskedProject {
  return { label: project.title, id: project.id, facts: factsOf(project, project.collections ?? null) };
}
