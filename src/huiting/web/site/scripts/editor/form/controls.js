// Controls for one value: text, a number, a choice, yes or no, some short texts.
import { el } from "./dom.js";

/**
 * @typedef {import("./form.js").Form} Form
 * @typedef {import("./form.js").Shape} Shape
 * @typedef {import("./form.js").Path} Path
 * @typedef {import("./form.js").About} About
 * @typedef {import("./form.js").Part} Part
 */

const ROWS = 8; // lines of text that are shown at once

/** @type {Part} */
export const line = {
  simple: true,
  fits: (form, _, path) => ["word", "none"].includes(form.look(path).kind),
  draw(form, shape, path, about) {
    const text = form.text(path);
    const long = shape.long || text.includes("\n");
    const common = {
      ...naming(form, about),
      list: shape.suggest ? `suggest-${shape.suggest}` : null,
      pattern: shape.pattern,
    };
    const day = shape.day && /^(\d{4}-\d{2}-\d{2})?$/.test(text);
    const control = long
      ? el("textarea", {
          ...common,
          list: null,
          pattern: null,
          class: "form-control",
          rows: Math.min(ROWS, text.split("\n").length + 1),
        })
      : el("input", { ...common, class: "form-control", type: day ? "date" : "text" });
    control.value = text;
    return typed(form, control, (value) => store(form, path, about, value, value));
  },
};

/** @type {Part} */
export const number = {
  simple: true,
  fits(form, _, path) {
    const look = form.look(path);
    return (
      look.kind === "none" || (look.kind === "word" && ["number", "empty"].includes(look.type))
    );
  },
  draw(form, shape, path, about) {
    const control = el("input", {
      ...naming(form, about),
      class: "form-control",
      type: "number",
      step: shape.whole ? 1 : "any",
      min: shape.least,
      max: shape.most,
      required: about.short,
    });
    control.value = form.text(path);
    typed(form, control, (value) => store(form, path, about, value, Number(value)));
    if (!shape.unit) return control;
    return el(
      "div",
      { class: "input-group" },
      control,
      el("span", { class: "input-group-text" }, shape.unit),
    );
  },
};

/** @type {Part} */
export const choice = {
  simple: true,
  fits(form, shape, path) {
    const look = form.look(path);
    if (look.kind === "list" && shape.several) return words(form, path);
    return look.kind === "none" || look.kind === "word";
  },
  draw(form, shape, path, about) {
    if (shape.several) return several(form, shape, path, about);
    const text = form.text(path);
    const control = el("select", {
      ...naming(form, about),
      class: "form-select",
      disabled: form.host.readOnly,
    });
    const usual = shape.options.find((/** @type {string[]} */ [code]) => code === shape.usual);
    if (!about.required || !text)
      control.append(el("option", { value: "" }, empty(form, usual?.[1])));
    const found = shape.options.find((/** @type {string[]} */ [code]) => same(code, text));
    for (const [code, name] of shape.options) control.append(el("option", { value: code }, name));
    if (text && !found) control.append(el("option", { value: text }, text));
    control.value = found ? found[0] : text;
    control.addEventListener("change", () =>
      store(form, path, about, control.value, control.value),
    );
    return control;
  },
};

/** @type {Part} */
export const truth = {
  simple: true,
  fits(form, _, path) {
    const look = form.look(path);
    return look.kind === "none" || (look.kind === "word" && ["truth", "empty"].includes(look.type));
  },
  draw(form, shape, path, about) {
    const control = el("select", {
      ...naming(form, about),
      class: "form-select",
      disabled: form.host.readOnly,
    });
    const usual = shape.usual === undefined ? undefined : form.words[shape.usual ? "yes" : "no"];
    control.append(
      el("option", { value: "" }, empty(form, usual)),
      el("option", { value: "true" }, form.words.yes),
      el("option", { value: "false" }, form.words.no),
    );
    control.value = form.text(path).toLowerCase();
    control.addEventListener("change", () =>
      store(form, path, about, control.value, control.value === "true"),
    );
    return control;
  },
};

/** @type {Part} */
export const phrases = {
  simple: true,
  fits: (form, _, path) => ["word", "none"].includes(form.look(path).kind) || words(form, path),
  draw(form, shape, path, about) {
    if (shape.suggest) return chips(form, shape, path, about);
    const texts = form.texts(path);
    const control = el("textarea", {
      ...naming(form, about),
      class: "form-control",
      rows: Math.min(ROWS, Math.max(2, texts.length + 1)),
    });
    control.value = texts.join("\n");
    return typed(form, control, (value) => storeWords(form, path, about, lines(value)));
  },
};

/**
 * Several of some codes: one box each.
 *
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path
 * @param {About} about
 */
function several(form, shape, path, about) {
  const given = form.texts(path);
  const boxes = shape.options.map(
    (/** @type {string[]} */ [code, name], /** @type {number} */ index) => {
      const box = el("input", {
        type: "checkbox",
        class: "form-check-input",
        value: code,
        disabled: form.host.readOnly,
        id: index ? null : about.id,
      });
      box.checked = given.some((text) => same(code, text));
      return el(
        "label",
        { class: "form-check form-check-inline mb-0" },
        box,
        el("span", { class: "form-check-label" }, name),
      );
    },
  );
  const others = given.filter(
    (text) => !shape.options.some((/** @type {string[]} */ [code]) => same(code, text)),
  );
  const all = el(
    "div",
    { role: "group", ...described(about), "aria-label": about.label },
    ...boxes,
  );
  all.addEventListener("change", () => {
    const chosen = [...all.querySelectorAll("input")]
      .filter((box) => box.checked)
      .map((box) => box.value);
    storeWords(form, path, about, [...chosen, ...others]);
  });
  return all;
}

/**
 * Short texts of which many are known: each with a button that takes it away, and a field for more.
 *
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path
 * @param {About} about
 */
function chips(form, shape, path, about) {
  const names = new Map(form.told.suggest[shape.suggest]);
  const given = form.texts(path);
  const list = el("ul", { class: "list-unstyled form-chips", "aria-label": about.label });
  given.forEach((text, index) => {
    const name =
      names.has(text) && names.get(text) !== text ? `${names.get(text)} (${text})` : text;
    const away = () => {
      storeWords(form, path, about, given.toSpliced(index, 1), {
        again: true,
        focus: about.id,
        say: form.words.removed,
      });
    };
    list.append(
      el(
        "li",
        { class: "badge bg-blue-lt" },
        name,
        " ",
        form.button(form.words.remove, "x", away, {
          about: name,
          bare: true,
          look: "btn-sm btn-ghost-secondary",
        }),
      ),
    );
  });
  const control = el("input", {
    ...naming(form, about),
    class: "form-control",
    list: `suggest-${shape.suggest}`,
    autocomplete: "off",
    value: "",
  });
  const add = () => {
    const text = control.value.trim();
    control.value = "";
    if (!text || given.includes(text)) return;
    storeWords(form, path, about, [...given, text], {
      again: true,
      focus: about.id,
      say: form.words.added,
    });
  };
  control.addEventListener("change", add);
  control.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    add();
  });
  const more = form.host.readOnly
    ? null
    : el(
        "div",
        { class: "input-group" },
        control,
        form.button(form.words.add, "plus", add, { about: about.label, look: "" }),
      );
  return el("div", {}, given.length ? list : null, more);
}

/**
 * @param {Form} form
 * @param {Path} path
 */
function words(form, path) {
  const look = form.look(path);
  if (look.kind !== "list") return false;
  for (let index = 0; index < look.count; index++) {
    const one = form.look([...path, index]);
    if (one.kind !== "word" || one.text.includes("\n")) return false;
  }
  return true;
}

/**
 * Have what is typed written: soon, and at once when the control is left. What cannot stand there
 * is not; the reader is told.
 *
 * @template {HTMLInputElement | HTMLTextAreaElement} Control
 * @param {Form} form
 * @param {Control} control
 * @param {(value: string) => void} write
 * @param {{whole?: boolean}} [how] `whole` writes nothing before the control is left
 */
export function typed(form, control, write, { whole = false } = {}) {
  control.readOnly = form.host.readOnly;
  let before = control.value;
  const now = () => {
    if (control.value === before || !control.validity.valid) return;
    before = control.value;
    write(control.value);
  };
  const soon = () => (whole ? form.later(now) : form.soon(now));
  control.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent && event.isComposing)) soon();
  });
  control.addEventListener("compositionstart", () => form.hold());
  control.addEventListener("compositionend", soon);
  const left = () => {
    form.settle();
    now();
    if (control.isConnected) control.reportValidity();
  };
  // Once the focus is where it goes: what is drawn anew then gives it back.
  control.addEventListener("change", () => setTimeout(left));
  control.addEventListener("keydown", (event) => {
    const { key, isComposing } = /** @type {KeyboardEvent} */ (event);
    if (key !== "Enter" || isComposing || control instanceof HTMLTextAreaElement) return;
    event.preventDefault(); // not the form around it
    form.settle();
    now();
  });
  return control;
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {About} about
 * @param {string} text empty to take it away
 * @param {import("../text/encode.js").Value} value
 * @param {import("./form.js").After} [after]
 */
export function store(form, path, about, text, value, after) {
  const there = form.look(path).kind !== "none";
  if (about.put && text)
    return form.change((source) => about.put?.(source, value) ?? "", { again: true });
  if (text.trim())
    return form.change((source) => form.language.put(source, path, value, about.order), after);
  if (!there || (about.short && typeof value !== "string")) return undefined;
  if (about.required) return form.change((source) => form.language.put(source, path, ""), after);
  return form.change((source) => form.language.drop(source, path), after);
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {About} about
 * @param {string[]} texts
 * @param {import("./form.js").After} [after]
 */
export function storeWords(form, path, about, texts, after) {
  if (about.put && texts.length)
    return form.change((source) => about.put?.(source, texts) ?? "", { again: true });
  const there = form.look(path).kind !== "none";
  if (!texts.length && !about.required) {
    return there ? form.change((source) => form.language.drop(source, path), after) : undefined;
  }
  return form.change((source) => form.language.list(source, path, texts, about.order), after);
}

/**
 * @param {Form} form
 * @param {About} about
 */
function naming(form, about) {
  return {
    id: about.id,
    ...described(about),
    "aria-required": about.required ? "true" : null,
    "aria-label": about.spoken,
    autocomplete: "off",
    "aria-readonly": form.host.readOnly ? "true" : null,
  };
}

/** @param {About} about */
function described(about) {
  return { "aria-describedby": about.help ? `${about.id}/help` : null };
}

/** @param {string} value */
function lines(value) {
  return value
    .split("\n")
    .map((text) => text.trim())
    .filter(Boolean);
}

/**
 * @param {Form} form
 * @param {string | undefined} usual
 */
function empty(form, usual) {
  return usual ? form.words.usual.replace("{}", usual) : form.words.none;
}

/**
 * @param {string} code
 * @param {string} text
 */
function same(code, text) {
  return code.toLowerCase() === text.toLowerCase();
}
