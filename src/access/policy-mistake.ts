// What can be wrong with a policy file.

/** Where something is in the file: keys, and places in lists from 0. */
export type PolicyPath = readonly PropertyKey[];

/** `meant` is what was probably meant; `null` when nothing is close. */
export type Fault =
  /** The YAML parser's code and words. */
  | { kind: "no_yaml"; code: string; reason: string }
  /** A text that begins with such a mark and is not in quotes means something else in YAML. */
  | { kind: "unquoted_mark"; mark: "*" | "&" | "!" }
  /** A list, or something else that is no text, in place of a key. */
  | { kind: "no_key" }
  | { kind: "too_long"; characters: number; most: number }
  | { kind: "too_many"; what: Listed; found: number; most: number }
  | { kind: "no_rules" }
  | { kind: "unknown_key"; key: string; known: readonly string[]; meant: string | null }
  | { kind: "unknown_verb"; text: string; known: readonly string[]; meant: string | null }
  | { kind: "unknown_people"; text: string; meant: string | null }
  /** A name for people that is not in lower case, or is a word that the file knows already. */
  | { kind: "bad_name"; text: string }
  /** A name for people that stands for another one. */
  | { kind: "name_in_name"; text: string }
  | { kind: "nobody" }
  | { kind: "bad_channel"; text: string }
  | { kind: "bad_id"; text: string }
  | { kind: "bad_pattern"; text: string }
  | { kind: "empty_filter" }
  /** Neither `allow` nor `deny`, or both. */
  | { kind: "no_effect" }
  | { kind: "two_effects" }
  | { kind: "bad_approval"; text: string }
  | { kind: "approval_of_denial" }
  | { kind: "not_approvable"; verb: string; approvable: readonly string[] }
  /** `administer` is about no project. */
  | { kind: "administer_projects" }
  | { kind: "administer_owner" }
  /** A number, or `true` or `false`, in place of a text. */
  | { kind: "unquoted"; is: "number" | "boolean" }
  | { kind: "wrong_type"; expected: string };

/** What can be too many in one place. */
export type Listed = "rules" | "verbs" | "people" | "channels" | "projects" | "texts";

/** A fault, and where it is. With `ofKey`, it is the key itself and not what it holds. */
export interface Finding {
  path: PolicyPath;
  ofKey: boolean;
  fault: Fault;
}

/** `line` and `column` count from 1. */
export interface PolicyMistake {
  line: number;
  column: number;
  fault: Fault;
}
