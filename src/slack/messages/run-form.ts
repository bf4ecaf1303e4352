// The form that starts a run, and what replaces it while the bot asks Hex and once the run has started.

import type { AlertBlock, InputBlock, KnownBlock, ModalView, PlainTextInput, PlainTextOption } from "@slack/types";
import { holdsSecret } from "../../lib/secret-names.js";
import { ACTIONS } from "./action-ids.js";
import { actions, button, context, section, textObject } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { andMore, bold, code, shorten } from "./mrkdwn.js";
import { noticeView } from "./notice-view.js";
import { type ProjectShown, projectOption } from "./project-option.js";
import {
  blockId,
  type Complaint,
  ELEMENTS,
  type FormField,
  type FormPlace,
  fieldAction,
  type Notice,
  needsDraft,
  type RunForm,
  type RunFormMetadata,
} from "./run-form-state.js";
import { joined } from "./run-form-words.js";
import { VIEWS } from "./view-ids.js";

const TITLE = "Run a Hex project";
/** The longest title that travels with the form. */
const TITLE_KEPT = 200;
/** How many names are listed of the inputs that have no field. */
const NAMED = 10;

export interface Drawing {
  /** The project as the picker shows it; `null` when none is picked. */
  picked: ProjectShown | null;
  /** Whether the person may publish the results of the form's project; without it, the box for that is there only while it is ticked. */
  mayPublish?: boolean;
  /** What is wrong, each shown above its field. */
  complaints?: readonly Complaint[];
  /** What the form says at the top. */
  notice?: Notice | null;
}

/** Draws `form`, which `fitted` has made. */
export function runFormView(
  form: RunForm,
  { picked, mayPublish = true, complaints = [], notice = null }: Drawing,
): ModalView {
  const at = (place: FormPlace, block: InputBlock): KnownBlock[] => [
    ...alertsAt(place, complaints),
    { ...block, block_id: blockId(form, place) },
  ];
  return {
    type: "modal",
    callback_id: VIEWS.runForm,
    title: textObject(TITLE, LIMITS.viewTitle),
    submit: textObject("Run", LIMITS.viewTitle),
    close: textObject("Cancel", LIMITS.viewTitle),
    private_metadata: JSON.stringify(metadataOf(form)),
    blocks: [
      ...(notice === null ? [] : [alert(notice.text, notice.level)]),
      ...at({ kind: "project" }, projectPicker(picked)),
      ...at({ kind: "typed_project" }, projectLine(form)),
      ...(form.project === null ? [] : [inputsHead(form)]),
      ...form.fields.flatMap((field) => at({ kind: "field", name: field.name }, inputField(field))),
      ...at({ kind: "more" }, moreInputs(form)),
      ...restLine(form),
      ...at({ kind: "options" }, optionBoxes(form, mayPublish)),
      ...at({ kind: "view" }, savedView(form)),
      ...at({ kind: "channel" }, conversation(form)),
    ].filter((block) => block !== null),
  };
}

function metadataOf(form: RunForm): RunFormMetadata {
  const { nonce, round, draw, origin, place, project } = form;
  const kept = project === null ? null : { id: project.id, title: shorten(project.title, TITLE_KEPT) };
  return { nonce, round, draw, origin, place, project: kept, hasDraft: needsDraft(form) };
}

/** At most one alert, which joins everything that is wrong at a place. */
function alertsAt(place: FormPlace, complaints: readonly Complaint[]): AlertBlock[] {
  const here = complaints.filter(({ at }) => isSame(at, place));
  return here.length === 0 ? [] : [alert(joined(here), "error")];
}

function isSame(a: FormPlace, b: FormPlace): boolean {
  return a.kind === "field" && b.kind === "field" ? a.name === b.name : a.kind === b.kind;
}

/** The complaints as an acknowledgement needs them: by the id of the block that they are about. */
export function complaintsByBlock(form: RunForm, complaints: readonly Complaint[]): Record<string, string> {
  const blocks = new Map<string, Complaint[]>();
  for (const complaint of complaints) {
    const block = blockId(form, complaint.at);
    blocks.set(block, [...(blocks.get(block) ?? []), complaint]);
  }
  return Object.fromEntries([...blocks].map(([block, about]) => [block, joined(about)]));
}

function alert(text: string, level: AlertBlock["level"] & string): AlertBlock {
  return { type: "alert", text: textObject(text, LIMITS.alertText), level };
}

/** Asks for its options when it opens, and at each character. */
function projectPicker(picked: ProjectShown | null): InputBlock {
  return {
    type: "input",
    optional: true,
    dispatch_action: true,
    label: textObject("Project", LIMITS.inputLabel),
    element: {
      type: "external_select",
      action_id: ELEMENTS.project,
      min_query_length: 0,
      placeholder: textObject("Type part of its title", LIMITS.placeholder),
      ...(picked === null ? {} : { initial_option: projectOption(picked) }),
    },
  };
}

/** For when Slack cannot ask for the picker's options, and for people who have a link at hand. */
function projectLine({ typedProject }: RunForm): InputBlock {
  return {
    type: "input",
    optional: true,
    dispatch_action: true,
    label: textObject("… or type a title, id or link", LIMITS.inputLabel),
    element: textField({ action: ELEMENTS.typedProject, text: typedProject }),
  };
}

function inputsHead({ fields }: RunForm): KnownBlock | null {
  return context(
    fields.length === 0
      ? "Hex does not list a project's inputs, and no run from Slack has used one yet."
      : "The inputs that runs from Slack have used, since Hex does not list them. An empty field leaves the input at its default.",
  );
}

function inputField({ name, text, held }: FormField): InputBlock {
  const hint = held === null ? null : heldWords(name, held.value);
  return {
    type: "input",
    optional: true,
    label: textObject(name, LIMITS.inputLabel),
    ...(hint === null ? {} : { hint: textObject(hint, LIMITS.inputHint) }),
    element: textField({ action: fieldAction(name), text, placeholder: held === null ? null : "Unchanged" }),
  };
}

/** How many characters of a long value are shown. */
const SHOWN = 120;

function heldWords(name: string, value: unknown): string {
  if (holdsSecret(name, value)) return "Its value is sent but not shown to anybody. Type another one to replace it.";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `Sent as it is, all ${text.length.toLocaleString("en")} characters, unless you type another value: ${shorten(text.replace(/\s+/g, " "), SHOWN)}`;
}

function moreInputs({ more, fields }: RunForm): InputBlock {
  return {
    type: "input",
    optional: true,
    label: textObject(fields.length === 0 ? "Inputs" : "More inputs", LIMITS.inputLabel),
    hint: textObject(
      "One per line, with the names of the input variables in Hex. Numbers, true, false, null, lists and objects are read as such. In quotes they are text.",
      LIMITS.inputHint,
    ),
    element: textField({ action: ELEMENTS.more, text: more, placeholder: "name = value", isMultiline: true }),
  };
}

function restLine({ rest }: RunForm): (KnownBlock | null)[] {
  if (rest.length === 0) return [];
  const names = rest.map(({ name }) => code(name, 60));
  return [context(`Also sent, unless you set them above: ${andMore(names, NAMED).join(", ")}.`)];
}

/** The value of each checkbox is the name of its option. */
const BOXES = ["fresh", "publish", "dryRun"] as const;
const BOX_WORDS: Record<(typeof BOXES)[number], { text: string; description: string }> = {
  fresh: { text: "Fresh SQL", description: "Runs every query again instead of using cached results." },
  publish: { text: "Publish the results", description: "Shows them in the published app. Only without inputs." },
  dryRun: { text: "Dry run", description: "Only asks Hex whether the run would start." },
};

function optionBoxes(form: RunForm, mayPublish: boolean): InputBlock {
  const boxes = BOXES.filter((box) => box !== "publish" || mayPublish || form.publish);
  const options = boxes.map((box) => ({
    value: box,
    text: textObject(BOX_WORDS[box].text, LIMITS.optionText),
    description: textObject(BOX_WORDS[box].description, LIMITS.optionText),
  }));
  const ticked: PlainTextOption[] = options.filter(({ value }) => form[value]);
  return {
    type: "input",
    optional: true,
    label: textObject("Options", LIMITS.inputLabel),
    element: {
      type: "checkboxes",
      action_id: ELEMENTS.options,
      options,
      ...(ticked.length === 0 ? {} : { initial_options: ticked }),
    },
  };
}

function savedView({ view }: RunForm): InputBlock {
  return {
    type: "input",
    optional: true,
    label: textObject("Saved view", LIMITS.inputLabel),
    hint: textObject("Its id, 36 characters long. A saved view brings its own inputs.", LIMITS.inputHint),
    element: textField({ action: ELEMENTS.view, text: view }),
  };
}

/** When the form is drawn again, what was chosen counts, even if that is nothing. */
function conversation({ channel, round }: RunForm): InputBlock {
  const chosen = channel === null ? {} : { initial_conversation: channel };
  return {
    type: "input",
    optional: true,
    label: textObject("Where the card goes", LIMITS.inputLabel),
    hint: textObject("If you choose no conversation, the card comes to you as a direct message.", LIMITS.inputHint),
    element: {
      type: "conversations_select",
      action_id: ELEMENTS.channel,
      response_url_enabled: true,
      ...(round === 0 ? { default_to_current_conversation: true } : {}),
      ...chosen,
    },
  };
}

interface TextField {
  action: string;
  text: string;
  placeholder?: string | null;
  isMultiline?: boolean;
}

/** A text of this many characters or more gets a field with several lines. */
const LONG = 120;

function textField({ action, text, placeholder = null, isMultiline = false }: TextField): PlainTextInput {
  return {
    type: "plain_text_input",
    action_id: action,
    max_length: LIMITS.inputText,
    ...(isMultiline || text.length > LONG || text.includes("\n") ? { multiline: true } : {}),
    ...(placeholder === null ? {} : { placeholder: textObject(placeholder, LIMITS.placeholder) }),
    ...(text === "" ? {} : { initial_value: text.slice(0, LIMITS.inputText) }),
  };
}

/** Shown while the bot asks Hex. `externalId` finds this view again, as long as nothing else has taken its place. */
export function checkingView(form: Pick<RunForm, "nonce">, externalId: string): ModalView {
  const view = noticeView(TITLE, [
    section(":hourglass_flowing_sand: *Checking with Hex…*\nThe bot keeps what you typed."),
    context("You can close this window. The bot will tell you the result."),
    actions(button({ actionId: ACTIONS.openDraft, label: "Back to the form", value: form.nonce })),
  ]);
  return { ...view, external_id: externalId };
}

/** `channel` is where the card is; `null` for the person's direct messages. */
export function startedView(title: string, channel: string | null, isAwaiting: boolean): ModalView {
  const where = channel === null ? "your direct messages" : `<#${channel}>`;
  return noticeView(TITLE, [
    section(
      isAwaiting
        ? `:raised_hand: Somebody has to approve ${bold(title, 150)} first. Its card is in ${where}.`
        : `:hourglass_flowing_sand: Asking Hex to run ${bold(title, 150)}. Its card in ${where} shows how it is going.`,
    ),
  ]);
}
