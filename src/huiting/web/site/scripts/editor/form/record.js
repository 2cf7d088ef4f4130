// A mapping of known keys: a field for each, with its label and help. Keys that nobody knows
// here are shown as they are written.
import { el } from "./dom.js";
import { PARTS, idOf } from "./form.js";
import { ruleInWords } from "./saying.js";

/**
 * @typedef {import("./form.js").Form} Form
 * @typedef {import("./form.js").Shape} Shape
 * @typedef {import("./form.js").Path} Path
 * @typedef {import("./form.js").Field} Field
 * @typedef {import("./form.js").About} About
 */

/** @type {import("./form.js").Part} */
export const record = {
  fits(form, shape, path) {
    const look = form.look(path);
    const known = shape.fields.map((/** @type {Field} */ { key }) => key);
    if (look.kind === "map")
      return (
        !shape.strict || (look.keys.length > 0 && look.keys.every((key) => known.includes(key)))
      );
    if (look.kind === "none") return true;
    const alone = shape.fields.find((/** @type {Field} */ { key }) => key === shape.alone);
    return Boolean(alone) && form.fits(alone.shape, path);
  },
  draw(form, shape, path) {
    const made = entries(form, shape, path);
    if (shape.saying) made.push(saying(form, path));
    return el("div", { class: shape.row ? "row g-2" : "form-record" }, ...made);
  },
};

/**
 * @param {Form} form
 * @param {Path} path of a rule
 */
function saying(form, path) {
  const words = el("span");
  const tell = () => (words.textContent = ruleInWords(form, path));
  tell();
  form.fresh.push(tell);
  return el("p", { class: "form-saying" }, el("strong", {}, form.words.say, " "), words);
}

/**
 * Return the fields of a record, and what else stands in it.
 *
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path
 * @param {string[]} [known] keys that are shown elsewhere
 */
export function entries(form, shape, path, known = []) {
  const look = form.look(path);
  const keys = look.kind === "map" ? look.keys : [];
  const shown = new Set(known);
  /** @type {HTMLElement[]} */
  const common = [];
  /** @type {HTMLElement[]} */
  const rare = [];
  const order = shape.fields.map((/** @type {Field} */ field) => field.key);
  for (const each of shape.fields) {
    const key =
      keys.find(
        (one) =>
          one === each.key ||
          one.replaceAll("-", "_") === each.key ||
          each.shape.keys?.includes(one),
      ) ?? each.key;
    shown.add(key);
    if (each.shape.kind === "fixed") continue;
    const made = field(form, each, shape, path, key, order);
    if (made) (each.rare && !keys.includes(key) ? rare : common).push(made);
  }
  const others = keys.filter((key) => !shown.has(key));
  const id = `${idOf(path)}/more`;
  return [
    ...common,
    others.length
      ? el(
          "fieldset",
          {},
          el("legend", { class: "form-label" }, form.words.other),
          ...others.map((key) =>
            form.only([...path, key], { id: idOf([...path, key]), label: key }),
          ),
        )
      : null,
    rare.length ? unfolding(form, id, form.words.more, () => rare) : null,
  ];
}

/**
 * @param {Form} form
 * @param {Field} each
 * @param {Shape} shape
 * @param {Path} path
 * @param {string} key
 * @param {string[]} order
 */
function field(form, each, shape, path, key, order) {
  const id = idOf([...path, key]);
  const look = form.look(path);
  const short = look.kind !== "map" && look.kind !== "none";
  const at = short && key === shape.alone ? path : [...path, key];
  /** @type {About} */
  const about = { id, label: each.label, help: each.help, required: each.required, order };
  if (at === path) Object.assign(about, { required: true, short: true });
  else if (short) {
    about.put = (source, value) =>
      form.language.put(
        form.language.read(form.language.nest(source, path, [shape.alone])),
        [...path, key],
        value,
        order,
      );
  }
  if (form.host.readOnly && form.look(at).kind === "none") return null;
  const control = form.draw(each.shape, at, about);
  const mark = each.required
    ? el("span", { class: "text-danger", title: form.words.needed, "aria-hidden": "true" }, " *")
    : null;
  const help = each.help ? el("small", { class: "form-hint", id: `${id}/help` }, each.help) : null;
  const place = shape.row ? "col-12 col-sm" : "mb-3";
  const direct =
    PARTS[each.shape.kind].simple &&
    !each.shape.several &&
    control.querySelector(`[id="${CSS.escape(id)}"]`);
  if (direct || control.id === id) {
    if (!control.matches(".form-only"))
      return el(
        "div",
        { class: place },
        el("label", { class: "form-label", for: id }, each.label, mark),
        control,
        help,
      );
  }
  return el(
    "fieldset",
    { class: `${place} form-part` },
    el("legend", { class: "form-label" }, each.label, mark),
    help,
    control,
  );
}

/**
 * Something that is put away until somebody wants it.
 *
 * @param {Form} form
 * @param {string} id
 * @param {string} label
 * @param {() => (HTMLElement | null)[]} inside
 */
export function unfolding(form, id, label, inside) {
  const made = el(
    "details",
    { class: "mb-3" },
    el("summary", { id, class: "form-more" }, label),
    ...inside(),
  );
  made.open = form.open.has(id);
  made.addEventListener("toggle", () => form.open[made.open ? "add" : "delete"](id));
  return made;
}
