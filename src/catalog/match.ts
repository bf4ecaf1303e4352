// Finds projects by what people call them. Pure: the projects and the words go in, a decision comes out.
//
// Four tries, each only where the one before found nothing: the exact title; every word in the title; every word anywhere; and
// words that are spelt about the same. A part of a word counts in the second and third, so that titles without spaces (売上) are
// found too. Everything is compared as `folded` has it.

import MiniSearch from "minisearch";
import { isListed, isRunnable } from "../hex/projects.js";
import type { Project } from "../hex/schema.js";
import { folded } from "../lib/spelling.js";

/** What somebody's words mean. */
export type Match =
  /** It has exactly this title, and no other project has: it can be run without asking. */
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

/** Which projects may be found: those that can be run, or all that Hex lists, unpublished ones too. */
export type Among = "runnable" | "listed";

const ALLOWED: Record<Among, (project: Project) => boolean> = { runnable: isRunnable, listed: isListed };
/** As many as are worth showing to somebody whose words fit nothing. */
const NEAREST = 5;
/** Titles that are spelt alike are compared word by word: with more words, or longer ones, nobody has mistyped a title. */
const FUZZY_WORDS = 12;
const FUZZY_LENGTH = 60;

/** A project, and its texts as they are compared. */
interface Entry {
  project: Project;
  title: string;
  /** All that is searched, a part a line: words hold no line break. */
  text: string;
}

/** What is looked up by similar spelling. */
interface Spelling {
  id: string;
  title: string;
  /** Owner and categories. */
  about: string;
}

export class Matcher {
  readonly #entries = new Map<string, Entry>();
  /** The ids of the projects that have a title, by that title. */
  readonly #byTitle = new Map<string, Set<string>>();
  // minisearch and not fuse.js or uFuzzy: see `npm run bench -- catalog`. It looks a mistyped word up among 5,000 titles in 2 ms at
  // worst (uFuzzy 8 ms, fuse.js 250 ms), in any script, best match first, and takes a changed title without building anew.
  readonly #spellings = new MiniSearch<Spelling>({
    fields: ["title", "about"],
    processTerm: (term) => withoutAccents(term.slice(0, FUZZY_LENGTH)),
    searchOptions: {
      boost: { title: 3 },
      prefix: (term) => term.length > 2,
      fuzzy: typosIn,
      maxFuzzy: 2,
      weights: { prefix: 0.6, fuzzy: 0.3 },
    },
  });

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): Project | null {
    return this.#entries.get(id)?.project ?? null;
  }

  /** All of them, in no order. */
  *all(): Generator<Project> {
    for (const { project } of this.#entries.values()) yield project;
  }

  /** Adds a project, or puts it in the place of the one with its id. */
  put(project: Project): void {
    const before = this.#entries.get(project.id);
    const entry = entryOf(project);
    this.#entries.set(project.id, entry);
    if (before?.text === entry.text) return;
    if (before !== undefined) this.#forgetTexts(before);
    const named = this.#byTitle.get(entry.title);
    if (named === undefined) this.#byTitle.set(entry.title, new Set([project.id]));
    else named.add(project.id);
    const about = [emailOf(project), ...project.categories.map(({ name }) => name)];
    this.#spellings.add({ id: project.id, title: entry.title, about: about.map(folded).join("\n") });
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#forgetTexts(entry);
  }

  /** What the words mean, which may be any text. Only an exact title can be run without asking. */
  match(text: string, among: Among = "runnable"): Match {
    const phrase = folded(text);
    if (phrase === "") return { kind: "none", nearest: [], unpublished: [] };
    const only = this.#onlyOne(phrase);
    if (only !== null && ALLOWED[among](only)) return { kind: "exact", project: only };
    const fitting = this.#find(phrase, among).next().value ?? [];
    const [first, second] = fitting;
    if (first === undefined) return { kind: "none", ...this.#instead(phrase, among) };
    return second === undefined ? { kind: "one", project: first } : { kind: "several", projects: fitting };
  }

  /**
   * For somebody who is still typing: those that fit, the best first, those that fit less well behind. For no text at all the
   * newest published.
   */
  suggest(text: string, most: number, among: Among = "runnable"): Project[] {
    const phrase = folded(text);
    if (phrase === "") {
      return [...this.all()].filter(ALLOWED[among]).sort(byPublication).slice(0, most);
    }
    const found = new Map<string, Project>();
    for (const fitting of this.#find(phrase, among)) {
      for (const project of fitting) found.set(project.id, project);
      if (found.size >= most) break;
    }
    return [...found.values()].slice(0, most);
  }

  /** Those in which every word occurs, in title, description, owner, creator or a category, or is the id; in no order. */
  withWords(words: readonly string[], among: Among): Project[] {
    const wanted = mostTellingFirst(words.map(folded));
    return [...this.#entries.values()].flatMap(({ project, text }) => {
      const isMeant = wanted.every((word) => text.includes(word) || word === project.id);
      return isMeant && ALLOWED[among](project) ? [project] : [];
    });
  }

  /** The project that has this title, if no other one does, whatever its state. */
  #onlyOne(title: string): Project | null {
    const ids = this.#byTitle.get(title);
    const [id] = ids ?? [];
    return ids?.size === 1 && id !== undefined ? this.get(id) : null;
  }

  /** What each try finds, the best first; a try that finds nothing is left out. */
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
    // Typed in full, it is what was meant, though others have the same title or it cannot be run.
    const named = inTitle.filter(({ title }) => title === phrase);
    if (named.length > 0) yield best(named, () => 0);
    if (inTitle.length > 0) yield best(inTitle, ({ title }) => distanceOf(title, phrase, words));
    if (anywhere.length > 0) yield best(anywhere, ({ title }) => -words.filter((word) => title.includes(word)).length);
    const alike = this.#alike(phrase, "AND", isAllowed);
    if (alike.length > 0) yield alike;
  }

  #instead(phrase: string, among: Among): { nearest: Project[]; unpublished: Project[] } {
    const words = mostTellingFirst(phrase.split(" "));
    const unpublished = [...this.#entries.values()].filter(
      ({ project, title }) => isListed(project) && !isRunnable(project) && hasAll(title, words),
    );
    return {
      nearest: this.#alike(phrase, "OR", ALLOWED[among]).slice(0, NEAREST),
      unpublished: best(unpublished, ({ title }) => distanceOf(title, phrase, words)).slice(0, NEAREST),
    };
  }

  /** Those with words that are spelt alike, the nearest first. */
  #alike(phrase: string, combineWith: "AND" | "OR", isAllowed: (project: Project) => boolean): Project[] {
    const words = phrase.split(" ").filter((word) => word.length <= FUZZY_LENGTH);
    return this.#spellings
      .search(words.slice(0, FUZZY_WORDS).join(" "), { combineWith })
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
  // Not the id: any number of two digits occurs in some of thousands.
  const others = [description ?? "", emailOf(project), creator?.email ?? "", ...categories.map(({ name }) => name)];
  return { project, title, text: [title, ...others.map(folded)].join("\n") };
}

function emailOf({ owner, creator }: Project): string {
  return owner?.email ?? creator?.email ?? "";
}

/** Each word once, the longest first: few texts hold them, so that most are ruled out by the first. */
function mostTellingFirst(words: readonly string[]): string[] {
  return [...new Set(words)].filter((word) => word !== "").sort((a, b) => b.length - a.length);
}

function hasAll(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

/**
 * How far a title is from what was typed, all of whose words it has: whether it begins with it, has it in one piece, has words
 * that begin so, or only holds it; then by how much longer it is.
 */
function distanceOf(title: string, phrase: string, words: readonly string[]): number {
  const longer = Math.min(title.length - phrase.length, 999) / 1_000;
  if (title.startsWith(phrase)) return longer;
  const spaced = ` ${title}`;
  if (spaced.includes(` ${phrase}`)) return 1 + longer;
  return (words.every((word) => spaced.includes(` ${word}`)) ? 2 : 3) + longer;
}

/** By distance, the smallest first; among those that are equally far the newest published comes first. */
function best(entries: readonly Entry[], distance: (entry: Entry) => number): Project[] {
  return entries
    .map((entry) => ({ project: entry.project, far: distance(entry) }))
    .sort((a, b) => a.far - b.far || byPublication(a.project, b.project))
    .map(({ project }) => project);
}

/** The newest published first; unpublished ones last. By the id among those of the same time, so that no two answers differ. */
function byPublication(a: Project, b: Project): number {
  return (b.lastPublishedAt ?? 0) - (a.lastPublishedAt ?? 0) || (a.id < b.id ? -1 : 1);
}

/** How many typing errors a word may have: none in a short one, which would become any other. */
function typosIn(word: string): number | false {
  if (word.length < 4) return false;
  return word.length < 6 ? 1 : 2;
}

/** `übersicht` as `ubersicht`. Only what Latin, Greek and Cyrillic letters carry: in other scripts marks are letters. */
function withoutAccents(word: string): string {
  return word
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
}
