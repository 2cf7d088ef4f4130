// Conditions of rules: groups (all of, one of, not) and lines, each an operator with its fields.
import { el } from "./dom.js";
import { idOf } from "./form.js";
import { arranging } from "./lists.js";
import { pick } from "./picker.js";
import { entries } from "./record.js";

/**
 * @typedef {import("./form.js").Form} Form
 * @typedef {import("./form.js").Path} Path
 * @typedef {{key: string, group: string, name: string, help: string, shape: any, begin: any}} Operator
 * @typedef {{kind: "group", join: "all" | "any", list: Path} | {kind: "not", inner: Path}
 *   | {kind: "ref", key: string} | {kind: "line", key: string, operator: Operator}} Condition
 */

/** @type {import("./form.js").Part} */
export const tree = {
  fits(form, _, path) {
    return form.look(path).kind === "none" || condition(form, path) !== null;
  },
  draw(form, _, path, about) {
    const found = condition(form, path);
    if (!found) return none(form, path, about);
    const box = el("div", {
      id: about.id,
      tabindex: "-1",
      class: "form-tree",
      role: "group",
      "aria-label": about.label,
    });
    box.append(...drawn(form, path, found, path));
    return box;
  },
};

/** A condition that must hold, or must not. @type {import("./form.js").Part} */
export const demand = {
  fits: () => true,
  draw(form, shape, path, about) {
    const rule = path.slice(0, -1);
    const look = form.look(rule);
    const key =
      (look.kind === "map" && look.keys.find((one) => shape.keys.includes(one))) || shape.keys[0];
    const at = [...rule, key];
    const id = `${idOf(rule)}/demand`;
    const select = el("select", {
      id,
      class: "form-select mb-2",
      "aria-label": about.label,
      disabled: form.host.readOnly,
    });
    for (const one of shape.keys) select.append(el("option", { value: one }, form.words[one]));
    select.value = key;
    select.addEventListener("change", () => {
      if (form.look(at).kind === "none") {
        select.value = key; // nothing is there yet that could be called otherwise
        return;
      }
      form.change((source) => form.language.rename(source, at, select.value), {
        again: true,
        focus: id,
      });
    });
    const inner = idOf(at);
    return el("div", {}, select, form.draw({ kind: "tree" }, at, { ...about, id: inner }));
  },
};

/**
 * Return what stands at a place; null where it is no condition that the form knows.
 *
 * @param {Form} form
 * @param {Path} path
 * @returns {Condition | null}
 */
export function condition(form, path) {
  const look = form.look(path);
  if (look.kind === "list") return look.count ? { kind: "group", join: "all", list: path } : null;
  if (look.kind !== "map") return null;
  const mains = look.keys.filter(
    (key) => ["all", "any", "not", "ref"].includes(key) || operator(form, key),
  );
  if (mains.length !== 1) return null;
  const [key] = mains;
  if (key === "all" || key === "any") {
    const list = [...path, key];
    return look.keys.length === 1 && form.look(list).kind === "list"
      ? { kind: "group", join: key, list }
      : null;
  }
  if (key === "not") return look.keys.length === 1 ? { kind: "not", inner: [...path, key] } : null;
  if (key === "ref") return { kind: "ref", key };
  return { kind: "line", key, operator: /** @type {Operator} */ (operator(form, key)) };
}

/**
 * @param {Form} form
 * @param {string} key
 * @returns {Operator | undefined}
 */
export function operator(form, key) {
  return form.told.conditions.operators.find(
    (/** @type {Operator} */ one) => one.key === key.replaceAll("-", "_"),
  );
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {Condition} found
 * @param {Path} root of the whole condition
 * @returns {(HTMLElement | string)[]}
 */
function drawn(form, path, found, root) {
  if (found.kind === "group") return group(form, path, found, root);
  if (found.kind === "not") return denied(form, path, found, root);
  return single(form, path, found, root);
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {{join: "all" | "any", list: Path}} found
 * @param {Path} root
 */
function group(form, path, { join, list }, root) {
  const { words, language } = form;
  const id = `${idOf(path)}/kind`;
  const look = form.look(list);
  const count = look.kind === "list" ? look.count : 0;
  const select = el("select", {
    id,
    class: "form-select form-kind",
    "aria-label": words.joined,
    disabled: form.host.readOnly,
  });
  for (const one of ["all", "any"]) select.append(el("option", { value: one }, words[`${one}-of`]));
  select.value = join;
  select.addEventListener("change", () => {
    const bare = list.length === path.length;
    form.change(
      (source) =>
        bare
          ? language.nest(source, path, [select.value])
          : language.rename(source, list, select.value),
      {
        again: true,
        focus: id,
      },
    );
  });
  const items = Array.from({ length: count }, (_, index) => {
    const at = [...list, index];
    const name = `${index + 1}`;
    const inner = condition(form, at);
    const body = inner
      ? drawn(form, at, inner, root)
      : [form.only(at, { id: idOf(at), label: name })];
    return el(
      "li",
      { class: "form-branch" },
      el(
        "div",
        {
          class: "form-leaf",
          id: idOf(at),
          tabindex: "-1",
          role: "group",
          "aria-label": title(form, at) || name,
        },
        ...body,
      ),
      arranging(form, { kind: "listing" }, list, index, count, title(form, at) || name),
    );
  });
  /** @param {any} value */
  const add = (value) => {
    form.change((source) => language.insert(source, list, count, value), {
      again: true,
      say: words.added,
    });
    document.getElementById(idOf([...list, count]))?.focus();
  };
  return [
    el("div", { class: "form-bar" }, select, ...around(form, path, root, false)),
    el("ol", { class: "list-unstyled form-branches" }, ...items),
    el(
      "div",
      { class: "btn-list" },
      form.button(words.condition, "plus", () => pick(form, (value) => add(value)), {
        id: `${idOf(list)}/add`,
      }),
      form.button(words.group, "plus", () =>
        pick(form, (value) => add({ [join === "all" ? "any" : "all"]: [value] })),
      ),
    ),
  ];
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {{inner: Path}} found
 * @param {Path} root
 */
function denied(form, path, { inner }, root) {
  const found = condition(form, inner);
  const plain = () => {
    form.change((source) => form.language.lift(source, path, ["not"]), {
      again: true,
      focus: idOf(path),
      say: form.words.removed,
    });
  };
  const body = found
    ? drawn(form, inner, found, root)
    : [form.only(inner, { id: idOf(inner), label: form.words["not-of"] })];
  return [
    el(
      "div",
      { class: "form-bar" },
      el("strong", { class: "form-not" }, form.words["not-of"]),
      form.button(form.words.plain, "x", plain, { id: `${idOf(path)}/plain` }),
    ),
    el("div", { class: "form-leaf form-denied", id: idOf(inner), tabindex: "-1" }, ...body),
  ];
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {{kind: "ref", key: string} | {kind: "line", key: string, operator: Operator}} found
 * @param {Path} root
 */
function single(form, path, found, root) {
  const { words } = form;
  const key = idOf([...path, found.key]);
  const change = () =>
    pick(form, (value) =>
      form.change((source) => exchanged(form, source, path, found.key, value), {
        again: true,
        focus: `${key}/pick`,
      }),
    );
  const { scope } = form.told.conditions;
  const name = found.kind === "ref" ? words.pointed : found.operator.name;
  const head = el(
    "div",
    { class: "form-bar" },
    el("strong", {}, name),
    form.button(words.change, "edit", change, { id: `${key}/pick`, about: name, bare: true }),
    ...around(form, path, root, true),
  );
  const known = scope.fields.map((/** @type {any} */ one) => one.key);
  const own =
    found.kind === "ref"
      ? entries(form, pointing(words.key), path, [...known, ...keysOf(form, path)])
      : ownFields(form, [...path, found.key], found.operator);
  const others = keysOf(form, path).filter((one) => !known.includes(one) && one !== found.key);
  return [
    head,
    found.kind === "line" ? el("p", { class: "form-hint mt-0" }, found.operator.help) : "",
    el(
      "div",
      { class: "form-fields" },
      ...own,
      ...entries(form, scope, path, [found.key, ...others]),
    ),
    ...others.map((one) => form.only([...path, one], { id: idOf([...path, one]), label: one })),
  ];
}

/**
 * The field of a condition that points at another.
 *
 * @param {string} label
 */
function pointing(label) {
  const shape = { kind: "line", suggest: "names" };
  return { kind: "record", fields: [{ key: "ref", label, shape, required: true }] };
}

/**
 * @param {Form} form
 * @param {Path} path
 */
function keysOf(form, path) {
  const look = form.look(path);
  return look.kind === "map" ? look.keys : [];
}

/**
 * @param {Form} form
 * @param {Path} path of the operator's key
 * @param {Operator} operator
 */
function ownFields(form, path, operator) {
  if (form.fits(operator.shape, path)) return entries(form, operator.shape, path);
  return [form.only(path, { id: idOf(path), label: operator.name })];
}

/**
 * Buttons that change where a condition stands.
 *
 * @param {Form} form
 * @param {Path} path
 * @param {Path} root
 * @param {boolean} line
 */
function around(form, path, root, line) {
  const { words, language } = form;
  const id = idOf(path);
  const into = () => {
    pick(form, (value) => {
      form.change(
        (source) => {
          const wrapped = language.read(language.nest(source, path, ["all", 0]));
          return language.insert(wrapped, [...path, "all"], 1, value);
        },
        { again: true, say: words.added, focus: idOf([...path, "all", 1]) },
      );
    });
  };
  const deny = () =>
    form.change((source) => language.nest(source, path, ["not"]), {
      again: true,
      focus: `${id}/plain`,
    });
  const whole = line && path.length === root.length;
  const optional = path.length === root.length && path[path.length - 1] === "applies";
  const away = () =>
    form.change((source) => language.drop(source, path), {
      again: true,
      focus: `${id}/add`,
      say: words.removed,
    });
  return [
    whole ? form.button(words.condition, "plus", into, { id: `${id}/into` }) : null,
    form.button(words.deny, "minus", deny, { id: `${id}/deny`, bare: true }),
    optional ? form.button(words.remove, "trash", away, { id: `${id}/away`, bare: true }) : null,
  ].filter((one) => one !== null);
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {import("./form.js").About} about
 */
function none(form, path, about) {
  const add = () =>
    pick(form, (value) =>
      form.change((source) => form.language.put(source, path, value, about.order), {
        again: true,
        focus: about.id,
        say: form.words.added,
      }),
    );
  return el(
    "div",
    { id: about.id, tabindex: "-1" },
    el("p", { class: "text-secondary mb-2" }, form.words.always),
    form.button(form.words.condition, "plus", add, { id: `${about.id}/add` }),
  );
}

/**
 * Put another operator in the place of one: where and when it looks stays.
 *
 * @param {Form} form
 * @param {any} source
 * @param {Path} path
 * @param {string} key
 * @param {any} value a condition
 */
function exchanged(form, source, path, key, value) {
  const { language } = form;
  const [next] = Object.keys(value);
  const renamed = language.read(language.rename(source, [...path, key], next));
  return language.put(renamed, [...path, next], value[next]);
}

/**
 * @param {Form} form
 * @param {Path} path
 */
function title(form, path) {
  const found = condition(form, path);
  if (!found) return "";
  if (found.kind === "line") return found.operator.name;
  if (found.kind === "ref") return form.text([...path, "ref"]);
  return form.words[`${found.kind === "group" ? found.join : "not"}-of`];
}

/**
 * Return the names that conditions of a text have, so that others can point at them.
 *
 * @param {unknown} held
 * @returns {string[]}
 */
export function namesIn(held) {
  if (Array.isArray(held)) return held.flatMap(namesIn);
  if (!held || typeof held !== "object") return [];
  return Object.entries(held).flatMap(([key, inner]) => {
    const own = key === "as" && typeof inner === "string" ? [inner] : [];
    const given =
      key === "conditions" && inner && typeof inner === "object" ? Object.keys(inner) : [];
    return [...own, ...given, ...namesIn(inner)];
  });
}
