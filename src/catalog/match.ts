// Finds projects by what people call them. Pure: the projects and the words go in, a decision comes out.
//
// Four attempts, each only if the previous one found nothing: the exact title; every word in the title; every word anywhere; and
// words with a similar spelling. In the second and third, part of a word counts too, so that titles without spaces (売上) are
// found. Everything is compared after `folded`.

import MiniSearch, { type Query } from "minisearch";
import { isListed, isRunnable, ownerOrCreator } from "../hex/projects.js";
import type { Project } from "../hex/schema.js";
import { folded } from "../lib/spelling.js";

/** What somebody's words mean. */
export type Match =
  /** Exactly this title, which no other project has, so it can be run without asking. */
  | { kind: "exact"; project: Project }
  /** The only one that fits, by some of its words or by a similar spelling: to be confirmed. */
  | { kind: "one"; project: Project }
  /** Two or more that fit, the best first. */
  | { kind: "several"; projects: Project[] }
  /**
   * None fits. `nearest`: by spelling, the nearest first, at most five; may be empty. `unpublished`: those that would have
   * fitted by their titles, could they be run; the best first, at most five.
   */
  | { kind: "none"; nearest: Project[]; unpublished: Project[] };

/** The project that is meant; `null` when several fit, or none. */
export function projectMeant(match: Match): Project | null {
  return match.kind === "exact" || match.kind === "one" ? match.project : null;
}

/** All that may be meant, the best first. */
export function mayBeMeant(match: Match): readonly Project[] {
  switch (match.kind) {
    case "exact":
    case "one":
      return [match.project];
    case "several":
      return match.projects;
    case "none":
      return match.nearest;
  }
}

/** Which projects may be found: those that can be run, or all that Hex lists, including unpublished ones. */
export type Among = "runnable" | "listed";

/** Which projects exist for the person who asks. The others are treated as if Hex did not have them. */
export type Sees = (project: Project) => boolean;

const ALLOWED: Record<Among, (project: Project) => boolean> = { runnable: isRunnable, listed: isListed };
const ALL: Sees = () => true;
/** How many projects are worth showing to somebody whose words fit nothing. */
const NEAREST = 5;
/** Similar spellings are compared word by word. Nobody mistypes a title with more words, or longer words, than this. */
const FUZZY_WORDS = 12;
const FUZZY_LENGTH = 60;
/** How much a word with a typo counts beside one as it was typed. */
const TYPO_WEIGHT = 0.3;
/** What separates words, and is not a word itself even between spaces, as in `sales & marketing`. */
const BETWEEN_WORDS = /[\n\r\p{Z}\p{P}]+/u;

/** A project, and its texts in the form in which they are compared. */
interface Entry {
  project: Project;
  title: string;
  /** Everything that is searched, one part per line, because words contain no line breaks. */
  text: string;
}

/** What is searched by similar spelling. */
interface Spelling {
  id: string;
  title: string;
  /** The owner and the categories. */
  about: string;
}

export class Matcher {
  readonly #entries = new Map<string, Entry>();
  /** The ids of the projects with a title, by title. */
  readonly #byTitle = new Map<string, Set<string>>();
  // Why minisearch and not fuse.js or uFuzzy: see `npm run bench -- catalog`. It looks up a mistyped word among 5,000 titles in 2 ms at
  // worst (uFuzzy 8 ms, fuse.js 250 ms), in any script and best match first, and accepts a changed title without a rebuild.
  readonly #spellings = new MiniSearch<Spelling>({
    fields: ["title", "about"],
    tokenize: wordsIn,
    processTerm: (term) => withoutAccents(term.slice(0, FUZZY_LENGTH)),
    searchOptions: {
      boost: { title: 3 },
      prefix: (term) => term.length > 2,
      fuzzy: typosIn,
      maxFuzzy: 2,
      weights: { prefix: 0.6, fuzzy: TYPO_WEIGHT },
    },
  });

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): Project | null {
    return this.#entries.get(id)?.project ?? null;
  }

  /** All projects, in no particular order. */
  *all(): Generator<Project> {
    for (const { project } of this.#entries.values()) yield project;
  }

  /** Adds a project, or replaces the one with its id. */
  put(project: Project): void {
    const before = this.#entries.get(project.id);
    const entry = entryOf(project);
    this.#entries.set(project.id, entry);
    if (before?.text === entry.text) return;
    if (before !== undefined) this.#forgetTexts(before);
    const named = this.#byTitle.get(entry.title);
    if (named === undefined) this.#byTitle.set(entry.title, new Set([project.id]));
    else named.add(project.id);
    const about = [ownerOrCreator(project) ?? "", ...project.categories.map(({ name }) => name)];
    this.#spellings.add({ id: project.id, title: entry.title, about: about.map(folded).join("\n") });
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#forgetTexts(entry);
  }

  /** The project with exactly this title, in any state, if no other project has it. */
  titled(text: string): Project | null {
    return this.#onlyOne(folded(text), ALL);
  }

  /** What the words mean. Any text will do. Only an exact title can be run without asking. */
  match(text: string, among: Among = "runnable", sees: Sees = ALL): Match {
    const phrase = folded(text);
    if (phrase === "") return { kind: "none", nearest: [], unpublished: [] };
    const only = this.#onlyOne(phrase, sees);
    if (only !== null && ALLOWED[among](only)) return { kind: "exact", project: only };
    const fitting = this.#firstSeen(phrase, among, sees);
    const [first, second] = fitting;
    if (first === undefined) return { kind: "none", ...this.#instead(phrase, among, sees) };
    return second === undefined ? { kind: "one", project: first } : { kind: "several", projects: fitting };
  }

  /**
   * Suggestions for somebody who is still typing: the projects that fit, best first. For an empty text, the most recently published.
   */
  suggest(text: string, most: number, among: Among = "runnable", sees: Sees = ALL): Project[] {
    const phrase = folded(text);
    const attempts = phrase === "" ? [this.#latest(among)] : this.#find(phrase, among);
    const found = new Map<string, Project>();
    // Whether somebody sees a project takes longer than all the rest, so it is asked only of those that come first.
    for (const fitting of attempts) {
      for (const project of fitting) {
        if (!found.has(project.id) && sees(project)) found.set(project.id, project);
        if (found.size === most) return [...found.values()];
      }
    }
    return [...found.values()];
  }

  #latest(among: Among): Project[] {
    return [...this.all()].filter(ALLOWED[among]).sort(byPublication);
  }

  /** The listed projects in which every word occurs in the title, description, owner, creator or a category, or is the id; in no particular order. */
  withWords(words: readonly string[], sees: Sees = ALL): Project[] {
    const wanted = mostTellingFirst(words.map(folded));
    return [...this.#entries.values()].flatMap(({ project, text }) => {
      const isMeant = wanted.every((word) => text.includes(word) || word === project.id);
      return isMeant && isListed(project) && sees(project) ? [project] : [];
    });
  }

  /** The project with this title, in any state, if no other project has it. */
  #onlyOne(title: string, sees: Sees): Project | null {
    const named = [...(this.#byTitle.get(title) ?? [])].flatMap((id) => this.get(id) ?? []).filter(sees);
    const [only, other] = named;
    return other === undefined ? (only ?? null) : null;
  }

  /** The results of the first attempt that finds anything. */
  #firstSeen(phrase: string, among: Among, sees: Sees): Project[] {
    for (const fitting of this.#find(phrase, among)) {
      const seen = fitting.filter(sees);
      if (seen.length > 0) return seen;
    }
    return [];
  }

  /** What each attempt finds, best first, and visible or not. */
  *#find(phrase: string, among: Among): Generator<Project[], void> {
    const isAllowed = ALLOWED[among];
    const words = mostTellingFirst(phrase.split(" "));
    const inTitle: Entry[] = [];
    const anywhere: Entry[] = [];
    for (const entry of this.#entries.values()) {
      if (!isAllowed(entry.project)) continue;
      if (hasAll(entry.title, words)) inTitle.push(entry);
      else if (hasAll(entry.text, words)) anywhere.push(entry);
    }
    // A title that was typed in full is what was meant, even if others have the same title or the project cannot be run.
    const named = inTitle.filter(({ title }) => title === phrase);
    if (named.length > 0) yield best(named, () => 0);
    if (inTitle.length > 0) yield best(inTitle, ({ title }) => distanceOf(title, phrase, words));
    if (anywhere.length > 0) yield best(anywhere, ({ title }) => -words.filter((word) => title.includes(word)).length);
    yield this.#alike(phrase, "AND", isAllowed);
  }

  #instead(phrase: string, among: Among, sees: Sees): { nearest: Project[]; unpublished: Project[] } {
    const words = mostTellingFirst(phrase.split(" "));
    const unpublished = [...this.#entries.values()].filter(
      ({ project, title }) => isListed(project) && !isRunnable(project) && hasAll(title, words) && sees(project),
    );
    return {
      nearest: this.#alike(phrase, "OR", (project) => ALLOWED[among](project) && sees(project)).slice(0, NEAREST),
      unpublished: best(unpublished, ({ title }) => distanceOf(title, phrase, words)).slice(0, NEAREST),
    };
  }

  /** The projects with similarly spelt words, nearest first. */
  #alike(phrase: string, combineWith: "AND" | "OR", isAllowed: (project: Project) => boolean): Project[] {
    const words = wordsIn(phrase).filter((word) => word.length <= FUZZY_LENGTH);
    return this.#spellings
      .search({ combineWith, queries: words.slice(0, FUZZY_WORDS).map(alikeTo) })
      .flatMap(({ id }) => this.get(String(id)) ?? [])
      .filter(isAllowed);
  }

  #forgetTexts({ project: { id }, title }: Entry): void {
    const named = this.#byTitle.get(title);
    named?.delete(id);
    if (named?.size === 0) this.#byTitle.delete(title);
    this.#spellings.discard(id);
  }
}

function entryOf(project: Project): Entry {
  const { description, creator, categories } = project;
  const title = folded(project.title);
  // Not the id: among thousands of ids, some contain any two-digit number.
  const others = [
    description ?? "",
    ownerOrCreator(project) ?? "",
    creator?.email ?? "",
    ...categories.map(({ name }) => name),
  ];
  return { project, title, text: [title, ...others.map(folded)].join("\n") };
}

/** Each word once, longest first: few texts contain long words, so the first word rules out most of them. */
function mostTellingFirst(words: readonly string[]): string[] {
  return [...new Set(words)].sort((a, b) => b.length - a.length);
}

function hasAll(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

/**
 * How far a title, which has all of the typed words, is from the typed phrase: whether it begins with the phrase, contains it in one
 * piece, has words that begin with the typed ones, or just contains them; then by its length.
 */
function distanceOf(title: string, phrase: string, words: readonly string[]): number {
  const length = Math.min(title.length, 999) / 1_000;
  if (title.startsWith(phrase)) return length;
  const spaced = ` ${title}`;
  if (spaced.includes(` ${phrase}`)) return 1 + length;
  return (words.every((word) => spaced.includes(` ${word}`)) ? 2 : 3) + length;
}

/** Sorted by distance, smallest first; at equal distance, most recently published first. */
function best(entries: readonly Entry[], distance: (entry: Entry) => number): Project[] {
  return entries
    .map((entry) => ({ project: entry.project, far: distance(entry) }))
    .sort((a, b) => a.far - b.far || byPublication(a.project, b.project))
    .map(({ project }) => project);
}

/** Most recently published first, unpublished last. At equal times by id, so that the order is always the same. */
function byPublication(a: Project, b: Project): number {
  return (b.lastPublishedAt ?? 0) - (a.lastPublishedAt ?? 0) || (a.id < b.id ? -1 : 1);
}

function wordsIn(text: string): string[] {
  return text.split(BETWEEN_WORDS).filter((word) => word !== "");
}

/** How many typos a word may have: none in a short word, which could otherwise become any other. */
function typosIn(word: string): number | false {
  if (word.length < 4) return false;
  return word.length < 6 ? 1 : 2;
}

/** The query for a word. Two letters that changed places are two typos, and a short word may have only one. */
function alikeTo(word: string): Query {
  if (typosIn(word) !== 1 || !/^\p{L}+$/u.test(word)) return word;
  const swapped: Query = {
    combineWith: "OR",
    queries: withSwaps(word),
    fuzzy: false,
    prefix: false,
    boostTerm: () => TYPO_WEIGHT,
  };
  return { combineWith: "OR", queries: [word, swapped] };
}

/** A word with each pair of neighbouring letters in the other order. */
function withSwaps(word: string): string[] {
  const letters = [...word];
  return letters.slice(1).map((letter, at) =>
    letters
      .with(at, letter)
      .with(at + 1, letters[at] ?? "")
      .join(""),
  );
}

/** Turns `übersicht` into `ubersicht`. Only for Latin, Greek and Cyrillic letters, because marks are letters in other scripts. */
function withoutAccents(word: string): string {
  return word
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
}
