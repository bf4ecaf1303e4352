// The elements of Block Kit that people use, as native controls. browser/forms.ts reads their content.

import { Fragment, type ReactNode } from "react";
import { initially, optionsOf, takesMany } from "../slack/elements.js";
import { isRecord, type Json, stringAt } from "../slack/json.js";
import type { Input } from "../slack/server.js";
import { NotRendered } from "./not-rendered.js";
import { plain } from "./plain-text.js";

/** Where an element is, and what it means there. */
export interface Place {
  /** The id of its message or view, unique on the page. */
  holder: string;
  blockId: string;
  /** In an input block, which is sent with the view: its label, and the id of the text that describes it. */
  label?: string;
  required?: boolean;
  described?: string;
  /** The people and channels to choose from. */
  people: readonly Choice[];
  channels: readonly Choice[];
  /** The content of the inputs of a view. */
  inputs?: readonly Input[];
}

export interface Choice {
  value: string;
  text: string;
  /** Under the text of a box to tick; empty for none. */
  description?: string;
}

const TEXT_INPUTS: Readonly<Record<string, string>> = {
  plain_text_input: "text",
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
};

/** `index`: the element's position in its block. */
export function Control({ element, place, index }: { element: Json; place: Place; index: number }): ReactNode {
  const type = String(element.type);
  const actionId = stringAt(element, "action_id") ?? `auto-action-${index}`;
  const input = place.inputs?.find((one) => one.blockId === place.blockId && one.actionId === actionId);
  const chosen = input?.chosen ?? initially(element);
  const common = {
    "data-block": place.blockId,
    "data-action": actionId,
    "data-focus": `${place.holder}/${place.blockId}/${actionId}`,
    // Outside an input block, a choice is itself an action.
    "data-acts": place.label === undefined ? "" : undefined,
    "data-many": takesMany(element) ? "" : undefined,
    "data-confirm": isRecord(element.confirm) ? confirmation(element.confirm) : undefined,
    "aria-label": stringAt(element, "accessibility_label") ?? place.label ?? plain(element.placeholder),
    "aria-describedby": place.described,
  };
  if (type === "button") return <Button element={element} common={common} />;
  if (type === "external_select") return <Picker element={element} common={common} chosen={input} place={place} />;
  if (type === "image") return <img src={String(element.image_url)} alt={String(element.alt_text)} />;
  const inputType = TEXT_INPUTS[type];
  if (inputType !== undefined) {
    const shared = {
      ...common,
      "data-kind": "text",
      placeholder: plain(element.placeholder),
      required: place.required,
    };
    const value = chosen[0] ?? "";
    if (element.multiline === true) return <textarea {...shared} defaultValue={value} rows={4} />;
    const step = element.is_decimal_allowed === true ? "any" : undefined;
    return <input {...shared} type={inputType} defaultValue={value} step={step} />;
  }
  const offered = offers(element, place);
  if (offered === null) return <NotRendered what={`the element "${type}"`} />;
  if (type === "checkboxes" || type === "radio_buttons") {
    return <Ticks element={element} options={offered} common={common} chosen={chosen} />;
  }
  return (
    <select
      {...common}
      data-kind="options"
      multiple={takesMany(element)}
      required={place.required}
      defaultValue={takesMany(element) ? [...chosen] : (chosen[0] ?? "")}
    >
      {!takesMany(element) && (
        <option value="">{plain(element.placeholder) || (type === "overflow" ? "…" : "Choose")}</option>
      )}
      {offered.map(({ value, text }) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

function Button({ element, common }: { element: Json; common: Record<string, string | undefined> }): ReactNode {
  const label = plain(element.text);
  const shared = { ...common, className: `button ${stringAt(element, "style") ?? ""}`, "data-kind": "button" };
  const value = stringAt(element, "value");
  const named = { ...shared, "data-value": value, "aria-label": stringAt(element, "accessibility_label") };
  const url = stringAt(element, "url");
  if (url !== undefined) {
    return (
      <a {...named} href={url} target="_blank" rel="noreferrer">
        {label}
      </a>
    );
  }
  return (
    <button {...named} type="button">
      {label}
    </button>
  );
}

/** A search field for options that come from the app. browser/picker.ts asks for them. */
function Picker({
  element,
  common,
  chosen,
  place,
}: {
  element: Json;
  common: Record<string, string | undefined>;
  chosen: Input | undefined;
  place: Place;
}): ReactNode {
  const value = chosen ? chosen.chosen[0] : initially(element)[0];
  const known = [...(chosen?.offered ?? []), element.initial_option].filter(isRecord);
  const text = plain(known.find((option) => option.value === value)?.text);
  const list = `${common["data-focus"]}/options`;
  return (
    <span className="picker">
      <input
        {...common}
        type="text"
        role="combobox"
        data-kind="picker"
        data-chosen={value ?? ""}
        data-text={text}
        data-least={String(element.min_query_length ?? 3)}
        placeholder={plain(element.placeholder) || "Type to search"}
        defaultValue={text}
        required={place.required}
        aria-autocomplete="list"
        aria-expanded="false"
        aria-controls={list}
        autoComplete="off"
      />
      <span className="options" role="listbox" id={list} aria-label={`${common["aria-label"]}: options`} hidden />
    </span>
  );
}

function Ticks({
  element,
  options,
  common,
  chosen,
}: {
  element: Json;
  options: readonly Choice[];
  common: Record<string, string | undefined>;
  chosen: readonly string[];
}): ReactNode {
  const type = element.type === "checkboxes" ? "checkbox" : "radio";
  const { "aria-label": label, "data-focus": focus, ...rest } = common;
  return (
    <fieldset {...rest} data-kind="ticks" aria-label={label}>
      {options.map(({ value, text, description = "" }) => (
        <Fragment key={value}>
          <label>
            <input
              type={type}
              name={focus}
              value={value}
              defaultChecked={chosen.includes(value)}
              data-focus={`${focus}/${value}`}
              aria-describedby={description === "" ? undefined : `${focus}/${value}/more`}
            />
            {text}
          </label>
          {description !== "" && <small id={`${focus}/${value}/more`}>{description}</small>}
        </Fragment>
      ))}
    </fieldset>
  );
}

/** What an element offers, or null if it cannot be shown here. */
function offers(element: Json, place: Place): readonly Choice[] | null {
  switch (element.type) {
    case "static_select":
    case "multi_static_select":
    case "overflow":
    case "checkboxes":
    case "radio_buttons":
      return optionsOf(element).map(({ value, text, description }) => ({
        value: String(value),
        text: plain(text),
        description: plain(description),
      }));
    case "users_select":
      return place.people;
    case "channels_select":
    case "conversations_select":
      return place.channels;
    default:
      return null;
  }
}

function confirmation(confirm: Json): string {
  const parts = ["title", "text", "confirm", "deny"].map((key) => [key, plain(confirm[key])]);
  return JSON.stringify({ ...Object.fromEntries(parts), style: confirm.style });
}
