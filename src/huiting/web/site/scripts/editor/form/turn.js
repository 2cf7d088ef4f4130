// A line of a made-up dialogue: `agent 3-5: words`, and marks of how it is said.
import { el } from "./dom.js";
import { idOf } from "./form.js";
import { typed } from "./controls.js";

const WHEN = "\\s*[0-9０-９.．]+(?:\\s*[\\-–—−~～－]\\s*[0-9０-９.．]+)?\\s*"; // as people write it
const SPEAKER = /^(agent|customer|system|unknown)(?: +([0-9.]+(?: *- *[0-9.]+)?))?$/;

/** @type {import("./form.js").Part} */
export const turn = {
  fits: (form, _, path) => speaker(form, path) !== null,
  draw(form, _, path, about) {
    const found = speaker(form, path);
    if (!found) return form.only(path, about);
    const { words, language } = form;
    const { key, role, time } = found;
    const at = [...path, key];
    const id = idOf(path);
    const names = form.told.conditions.scope.fields.find(
      (/** @type {any} */ one) => one.key === "by",
    ).shape.options;
    const select = el("select", {
      id: `${id}/role`,
      class: "form-select",
      "aria-label": words.speaker,
      disabled: form.host.readOnly,
    });
    for (const [code, name] of names) select.append(el("option", { value: code }, name));
    select.value = role;
    const when = el("input", {
      id: `${id}/time`,
      class: "form-control",
      "aria-label": words.time,
      placeholder: words.time,
      pattern: WHEN,
      autocomplete: "off",
    });
    when.value = time;
    const said = el("input", {
      id: idOf(at),
      class: "form-control",
      "aria-label": words.words,
      autocomplete: "off",
    });
    said.value = form.text(at);
    const named = () => `${select.value} ${seconds(when.value)}`.trim();
    const rename = () => {
      if (!SPEAKER.test(named()) || named() === key) return;
      const renamed = { from: idOf(at), to: idOf([...path, named()]) };
      form.change((source) => language.rename(source, at, named()), { again: true, renamed });
    };
    select.addEventListener("change", rename);
    typed(form, when, rename, { whole: true });
    typed(form, said, (value) => form.change((source) => language.put(source, at, value)));
    const look = form.look(path);
    const marks = look.kind === "map" ? look.keys.filter((one) => one !== key) : [];
    return el(
      "div",
      { class: "row g-2" },
      el("div", { class: "col-6 col-sm-3" }, select),
      el("div", { class: "col-6 col-sm-3" }, when),
      el("div", { class: "col-12 col-sm" }, said),
      ...marks.map((one) =>
        el(
          "div",
          { class: "col-12" },
          form.only([...path, one], { id: idOf([...path, one]), label: one }),
        ),
      ),
    );
  },
};

/**
 * Return a time as it is written in the text, from one with other signs: `３–５`.
 *
 * @param {string} text
 */
export function seconds(text) {
  return text
    .normalize("NFKC")
    .replace(/[–—−~]/g, "-")
    .trim();
}

/**
 * @param {import("./form.js").Form} form
 * @param {import("./form.js").Path} path
 */
function speaker(form, path) {
  const look = form.look(path);
  if (look.kind !== "map") return null;
  for (const key of look.keys) {
    const [, role, time = ""] = SPEAKER.exec(key) ?? [];
    if (role && form.look([...path, key]).kind === "word") return { key, role, time };
  }
  return null;
}
