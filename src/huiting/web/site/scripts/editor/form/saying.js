// A rule in words, so that whoever has built it can read what it says.
import { condition } from "./tree.js";

/**
 * @typedef {import("./form.js").Form} Form
 * @typedef {import("./form.js").Path} Path
 */

/**
 * @param {Form} form
 * @param {Path} path of a rule
 */
export function ruleInWords(form, path) {
  const look = form.look(path);
  const key =
    look.kind === "map" ? look.keys.find((one) => one === "require" || one === "forbid") : "";
  if (!key) return "";
  const applies =
    form.look([...path, "applies"]).kind === "none" ? "" : told(form, [...path, "applies"], true);
  const premise = applies ? `${form.words["say-if"].replace("{}", applies)} ` : "";
  return `${premise}${told(form, [...path, key], true)} — ${form.words[key]}`;
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {boolean} [outer] whether it needs no brackets
 * @returns {string}
 */
function told(form, path, outer = false) {
  const { words } = form;
  const found = condition(form, path);
  if (!found) return "…";
  if (found.kind === "not") return words["say-not"].replace("{}", told(form, found.inner, true));
  if (found.kind === "group") {
    const look = form.look(found.list);
    const parts = Array.from({ length: look.kind === "list" ? look.count : 0 }, (_, index) =>
      told(form, [...found.list, index]),
    );
    const all = parts.join(words[found.join === "all" ? "say-and" : "say-or"]);
    return outer || parts.length < 2 ? all : `(${all})`;
  }
  const who = form
    .texts([...path, "by"])
    .map((code) => named(form, "by", code))
    .join("/");
  const where = fields(
    form,
    form.told.conditions.scope.fields.filter(
      (/** @type {any} */ { key }) => key !== "by" && key !== "as",
    ),
    path,
  );
  const name =
    found.kind === "ref" ? form.text([...path, "ref"]) : found.operator.name.replace(/…$/, "");
  const own = found.kind === "ref" ? "" : options(form, found.operator, [...path, found.key]);
  return `${who ? `${who} ` : ""}${name}${own ? ` [${own}]` : ""}${where ? ` (${where})` : ""}`;
}

/**
 * @param {Form} form
 * @param {import("./tree.js").Operator} operator
 * @param {Path} path
 */
function options(form, { shape }, path) {
  if (form.look(path).kind === "map") return fields(form, shape.fields, path);
  const alone = shape.fields.find((/** @type {any} */ { key }) => key === shape.alone);
  return value(form, alone.shape, path);
}

/**
 * @param {Form} form
 * @param {import("./form.js").Field[]} known
 * @param {Path} path
 */
function fields(form, known, path) {
  const look = form.look(path);
  const keys = look.kind === "map" ? look.keys : [];
  const parts = known.flatMap(({ key, label, shape }) => {
    const there = keys.find((one) => one.replaceAll("-", "_") === key);
    return there ? [`${label}: ${value(form, shape, [...path, there])}`] : [];
  });
  return parts.join("; ");
}

/**
 * @param {Form} form
 * @param {any} shape
 * @param {Path} path
 * @returns {string}
 */
function value(form, shape, path) {
  const { words } = form;
  if (shape.kind === "either") {
    const found = shape.ways.find((/** @type {any} */ one) => form.fits(one.shape, path));
    return found ? value(form, found.shape, path) : "…";
  }
  if (shape.kind === "record") {
    const { fields: known } = shape;
    return known
      .flatMap((/** @type {any} */ { key, label, shape: inner }) => {
        const said = value(form, inner, [...path, key]);
        return said ? [known.length > 1 ? `${label} ${said}` : said] : [];
      })
      .join(words.comma);
  }
  const texts = form.texts(path);
  if (shape.kind === "truth")
    return texts.map((text) => words[text.toLowerCase() === "true" ? "yes" : "no"]).join("");
  if (shape.kind === "choice") {
    return texts
      .map(
        (text) =>
          shape.options.find(
            (/** @type {string[]} */ [code]) => code.toLowerCase() === text.toLowerCase(),
          )?.[1] ?? text,
      )
      .join(words.comma);
  }
  if (shape.kind === "number")
    return texts.map((text) => (shape.unit ? `${text} ${shape.unit}` : text)).join("");
  return texts.map((text) => `“${text}”`).join(words.comma);
}

/**
 * @param {Form} form
 * @param {string} key
 * @param {string} code
 */
function named(form, key, code) {
  const { shape } = form.told.conditions.scope.fields.find(
    (/** @type {any} */ one) => one.key === key,
  );
  return shape.options.find((/** @type {string[]} */ [one]) => one === code)?.[1] ?? code;
}
