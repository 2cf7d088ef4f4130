// Lists of records, mappings of names, and what can be given in several ways.
import { el, icon } from "./dom.js";
import { idOf } from "./form.js";
import { typed } from "./controls.js";

/**
 * @typedef {import("./form.js").Form} Form
 * @typedef {import("./form.js").Shape} Shape
 * @typedef {import("./form.js").Path} Path
 */

const FIRST = 50; // items that are drawn before somebody asks for all
const LAST = 10; // and of those at the end, once one is added

/** @type {import("./form.js").Part} */
export const listing = {
  fits: (form, _, path) => ["list", "none"].includes(form.look(path).kind),
  draw(form, shape, path, about) {
    const look = form.look(path);
    const count = look.kind === "list" ? look.count : 0;
    const every = form.open.has(`${about.id}/all`);
    const tail = form.open.has(`${about.id}/last`) ? Math.max(FIRST, count - LAST) : count;
    const shown = [...Array(count).keys()].filter((at) => every || at < FIRST || at >= tail);
    const items = shown.map((index) => item(form, shape, path, index, count));
    const all = () => {
      form.open.add(`${about.id}/all`);
      form.redraw();
    };
    /** @param {any} begin */
    const add = (begin) => {
      form.open.add(`${about.id}/last`);
      const at = [...path, count];
      form.open.add(idOf(at));
      const made = unique(form, shape, path, begin);
      form.change((source) => form.language.insert(source, path, count, made), {
        again: true,
        say: form.words.added,
      });
      first(form, at);
    };
    return el(
      "div",
      { id: about.id, tabindex: "-1", class: "form-list" },
      count
        ? el("ol", { class: "list-unstyled mb-2" }, ...items)
        : el("p", { class: "text-secondary mb-2" }, form.words.empty),
      shown.length < count
        ? form.button(form.words.all.replace("{}", `${count}`), "chevron-down", all, {
            always: true,
          })
        : null,
      el(
        "div",
        { class: "btn-list" },
        form.button(shape.add, "plus", () => add(shape.begin), { id: `${about.id}/add`, look: "" }),
        examples(form, shape, about.id, add),
      ),
    );
  },
};

/**
 * @param {Form} form
 * @param {Shape} shape
 * @param {string} id
 * @param {(begin: any) => void} add
 */
function examples(form, shape, id, add) {
  if (!shape.examples || form.host.readOnly) return null;
  const label = form.words["from-example"];
  const select = el("select", {
    id: `${id}/example`,
    class: "form-select form-example",
    "aria-label": label,
  });
  select.append(el("option", { value: "" }, label));
  shape.examples.forEach((/** @type {any} */ one, /** @type {number} */ index) =>
    select.append(el("option", { value: index }, one.label)),
  );
  select.addEventListener(
    "change",
    () => select.value && add(shape.examples[Number(select.value)].begin),
  );
  return select;
}

/**
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path
 * @param {number} index
 * @param {number} count
 */
function item(form, shape, path, index, count) {
  const at = [...path, index];
  const id = idOf(at);
  const inner = shape.item;
  const name = () => title(form, inner, at) || `${shape.noun} ${index + 1}`;
  const buttons = arranging(form, shape, path, index, count, name());
  if (inner.row || inner.kind === "either" || inner.kind === "turn") {
    const body = el(
      "div",
      { class: "form-row-body", role: "group", "aria-label": `${shape.noun} ${index + 1}` },
      form.draw(inner, at, { id, label: name(), spoken: name() }),
    );
    return el("li", { class: "form-row" }, body, buttons);
  }
  const open = form.open.has(id);
  const label = el("span", { class: "form-title" }, name());
  form.fresh.push(() => (label.textContent = name()));
  const body = el("div", { class: "card-body", id: `${id}/body`, hidden: !open });
  const fill = () => body.append(form.draw(inner, at, { id: `${id}/item`, label: name() }));
  const toggle = el(
    "button",
    {
      type: "button",
      id,
      class: "form-toggle",
      "aria-expanded": `${open}`,
      "aria-controls": `${id}/body`,
    },
    icon(form.host.icons, "chevron-right"),
    label,
  );
  toggle.addEventListener("click", () => {
    body.hidden = !body.hidden;
    toggle.setAttribute("aria-expanded", `${!body.hidden}`);
    form.open[body.hidden ? "delete" : "add"](id);
    if (!body.hidden && !body.childElementCount) fill();
  });
  if (open) fill();
  return el(
    "li",
    { class: "card form-item" },
    el("div", { class: "form-head" }, toggle, buttons),
    body,
  );
}

/**
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path of the list
 * @param {number} index
 * @param {number} count
 * @param {string} name
 */
export function arranging(form, shape, path, index, count, name) {
  if (form.host.readOnly) return null;
  const id = idOf([...path, index]);
  const { move, copy, remove, put, read } = form.language;
  /** @param {number} to */
  const moved = (to) => () => {
    swap(form, path, index, to);
    // On to the same button, or to the other one where the item can go no further.
    const onward = (to < index && to > 0) || to === count - 1 ? "up" : "down";
    const focus = `${idOf([...path, to])}/${onward}`;
    const say = form.words.moved;
    if (!document.getElementById(`${idOf([...path, to])}/up`)) form.open.add(`${idOf(path)}/all`);
    form.change((source) => move(source, path, index, to), { again: true, say, focus });
  };
  const twice = () => {
    shift(form, path, index + 1, 1);
    form.open.add(idOf([...path, index + 1]));
    form.change(
      (source) => {
        const made = copy(source, path, index);
        const own = shape.own && form.text([...path, index, shape.own]);
        return own
          ? put(read(made), [...path, index + 1, shape.own], free(form, shape, path, own))
          : made;
      },
      { again: true, say: form.words.copied },
    );
    first(form, [...path, index + 1]);
  };
  const away = () => {
    shift(form, path, index, -1);
    const next = count === 1 ? `${idOf(path)}/add` : idOf([...path, Math.min(index, count - 2)]);
    form.change((source) => remove(source, path, index), {
      again: true,
      say: form.words.removed,
      focus: next,
    });
    if (document.activeElement === document.body)
      document.getElementById(`${next}/remove`)?.focus();
  };
  const { words } = form;
  return el(
    "div",
    { class: "btn-list form-buttons" },
    form.button(words.up, "chevron-up", moved(index - 1), {
      id: `${id}/up`,
      about: name,
      bare: true,
      disabled: index === 0,
    }),
    form.button(words.down, "chevron-down", moved(index + 1), {
      id: `${id}/down`,
      about: name,
      bare: true,
      disabled: index === count - 1,
    }),
    form.button(words.copy, "copy", twice, { id: `${id}/copy`, about: name, bare: true }),
    form.button(words.remove, "trash", away, { id: `${id}/remove`, about: name, bare: true }),
  );
}

/** @type {import("./form.js").Part} */
export const table = {
  fits: (form, _, path) => ["map", "none"].includes(form.look(path).kind),
  draw(form, shape, path, about) {
    const look = form.look(path);
    const keys = look.kind === "map" ? look.keys : [];
    const rows = keys.map((key) => row(form, shape, path, key, keys));
    const add = () => {
      let name = form.words.new;
      for (let next = 2; keys.includes(name); next++) name = `${form.words.new}${next}`;
      const at = [...path, name];
      form.change((source) => form.language.put(source, at, shape.begin), {
        again: true,
        say: form.words.added,
      });
      document.getElementById(`${idOf(at)}/key`)?.focus();
    };
    return el(
      "div",
      { id: about.id, tabindex: "-1" },
      ...rows,
      form.button(shape.add, "plus", add, { id: `${about.id}/add` }),
    );
  },
};

/**
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path
 * @param {string} key
 * @param {string[]} keys
 */
function row(form, shape, path, key, keys) {
  const at = [...path, key];
  const id = idOf(at);
  const control = el("input", { id: `${id}/key`, class: "form-control", autocomplete: "off" });
  control.value = key;
  const renamed = (/** @type {string} */ value) => {
    const name = value.trim();
    if (!name || keys.includes(name)) return;
    const ids = { from: id, to: idOf([...path, name]) };
    form.change((source) => form.language.rename(source, at, name), { again: true, renamed: ids });
  };
  typed(form, control, renamed, { whole: true });
  const away = () => {
    form.change(
      (source) =>
        keys.length > 1 ? form.language.drop(source, at) : form.language.put(source, path, {}),
      {
        again: true,
        say: form.words.removed,
        focus: `${idOf(path)}/add`,
      },
    );
  };
  return el(
    "div",
    { class: "form-row" },
    el(
      "div",
      { class: "form-row-body row g-2" },
      el(
        "div",
        { class: "col-12 col-sm-4" },
        el("label", { class: "form-label", for: `${id}/key` }, shape.name),
        control,
      ),
      el(
        "div",
        { class: "col-12 col-sm" },
        el("label", { class: "form-label", for: id }, key),
        form.draw(shape.item, at, { id, label: key }),
      ),
    ),
    el(
      "div",
      { class: "btn-list form-buttons" },
      form.button(form.words.remove, "trash", away, { id: `${id}/remove`, about: key, bare: true }),
    ),
  );
}

/** @type {import("./form.js").Part} */
export const either = {
  fits: (form, shape, path) => way(form, shape, path) >= 0,
  draw(form, shape, path, about) {
    const there = way(form, shape, path);
    const now = form.open.has(`${about.id}/way`) ? Math.max(there, 0) : there;
    const chosen = shape.ways[now];
    const id = `${about.id}/way`;
    const select = el("select", {
      id,
      class: "form-select form-way",
      "aria-label": `${form.words.way}: ${about.label}`,
      disabled: form.host.readOnly,
    });
    shape.ways.forEach((/** @type {any} */ { label }, /** @type {number} */ index) =>
      select.append(el("option", { value: index }, label)),
    );
    select.value = `${now}`;
    select.addEventListener("change", () => {
      const to = shape.ways[Number(select.value)];
      const value = carried(form, path, chosen, to);
      form.change((source) => form.language.put(source, path, value, about.order), {
        again: true,
        focus: id,
      });
    });
    return el(
      "div",
      { class: "form-either" },
      select,
      form.draw(chosen.shape, path, { ...about, spoken: about.label }),
    );
  },
};

/**
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path
 * @returns {number}
 */
function way(form, shape, path) {
  return shape.ways.findIndex((/** @type {any} */ one) => {
    const inner = one.shape;
    const text = form.text(path);
    if (inner.kind === "choice" && text)
      return inner.options.some((/** @type {string[]} */ [code]) => code === text);
    return form.fits(inner, path);
  });
}

/**
 * Return what a value becomes when it is given in another way: its words stay.
 *
 * @param {Form} form
 * @param {Path} path
 * @param {any} from
 * @param {any} to
 */
export function carried(form, path, from, to) {
  const [own, next] = [main(from), main(to)];
  const words = form.texts(own.key ? [...path, own.key] : path);
  if (!words.length || own.points !== next.points || own.wordy !== next.wordy) return to.begin;
  if (!own.points && !own.wordy) return to.begin;
  const value = own.points ? Number(words[0]) : next.kind === "phrases" ? words : words[0];
  return next.key ? { ...to.begin, [next.key]: value } : value;
}

/**
 * Return what holds the value of one way of giving it: words, or the points of what failed.
 *
 * @param {any} way
 */
function main({ shape }) {
  const fields = shape.fields ?? [];
  const failed = fields.find((/** @type {any} */ one) => one.key === "fail");
  const { key, shape: inner } = failed ?? fields[0] ?? { key: "", shape };
  const points = Boolean(failed) || shape.kind === "number";
  return { key, kind: inner.kind, points, wordy: ["line", "phrases"].includes(inner.kind) };
}

/**
 * Return what says which item it is.
 *
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path
 */
function title(form, shape, path) {
  if (shape.kind !== "record") return form.text(path);
  for (const key of shape.title ?? []) {
    const [text] = form.texts([...path, key]);
    if (text) return text;
  }
  return "";
}

/**
 * Return a new item whose own name nobody else has.
 *
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path
 * @param {any} begin
 */
function unique(form, shape, path, begin) {
  return shape.own && begin[shape.own]
    ? { ...begin, [shape.own]: free(form, shape, path, begin[shape.own]) }
    : begin;
}

/**
 * @param {Form} form
 * @param {Shape} shape
 * @param {Path} path
 * @param {string} name
 */
function free(form, shape, path, name) {
  const look = form.look(path);
  const taken = new Set(
    Array.from({ length: look.kind === "list" ? look.count : 0 }, (_, index) =>
      form.text([...path, index, shape.own]),
    ),
  );
  if (!taken.has(name)) return name;
  for (let next = 2; ; next++) if (!taken.has(`${name}-${next}`)) return `${name}-${next}`;
}

/**
 * Lead to the first control of an item.
 *
 * @param {Form} form
 * @param {Path} path
 */
export function first(form, path) {
  const lead = `${idOf(path)}`;
  const all = /** @type {NodeListOf<HTMLElement>} */ (
    form.body.querySelectorAll("input, textarea, select")
  );
  [...all].find((one) => one.id === lead || one.id.startsWith(`${lead}/`))?.focus();
}

/**
 * Have what is unfolded follow the items of a list that move up or down.
 *
 * @param {Form} form
 * @param {Path} path of the list
 * @param {(index: number) => number | null} to
 */
function follow(form, path, to) {
  const lead = path.length ? `${idOf(path)}/` : idOf(path);
  form.open = new Set(
    [...form.open].flatMap((id) => {
      const rest = id.startsWith(lead) ? id.slice(lead.length) : "";
      const index = /^\d+/.exec(rest)?.[0];
      if (index === undefined) return [id];
      const there = to(Number(index));
      return there === null ? [] : [`${lead}${there}${rest.slice(index.length)}`];
    }),
  );
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {number} one
 * @param {number} other
 */
function swap(form, path, one, other) {
  follow(form, path, (index) => (index === one ? other : index === other ? one : index));
}

/**
 * @param {Form} form
 * @param {Path} path
 * @param {number} from
 * @param {number} by
 */
function shift(form, path, from, by) {
  follow(form, path, (index) => {
    if (by < 0 && index === from) return null;
    return index >= from ? index + by : index;
  });
}
