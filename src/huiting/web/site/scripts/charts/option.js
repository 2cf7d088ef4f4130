// What every chart has in common, added to the option that the page gives. Knows no browser.

/**
 * @typedef {object} Colours
 * @property {string} text
 * @property {string} lines
 * @property {string} back
 * @property {string[]} palette
 * @property {boolean} still whether nothing may move
 *
 * @typedef {{[key: string]: unknown}} Option
 */

/**
 * Return an option with our colours; what the page says holds.
 *
 * Tooltips are drawn into the picture: those of HTML carry style attributes, which our
 * Content-Security-Policy forbids.
 *
 * @param {Option} option
 * @param {Colours} colours
 * @returns {Option}
 */
export function completed(option, colours) {
  const axis = {
    axisLine: { lineStyle: { color: colours.lines } },
    splitLine: { lineStyle: { color: colours.lines } },
    axisLabel: { color: colours.text },
  };
  return {
    animation: !colours.still,
    color: colours.palette,
    textStyle: { color: colours.text, fontFamily: "inherit" },
    aria: { enabled: true },
    ...option,
    tooltip: {
      backgroundColor: colours.back,
      borderColor: colours.lines,
      textStyle: { color: colours.text },
      confine: true,
      .../** @type {Option} */ (option.tooltip ?? {}),
      renderMode: "richText",
    },
    ...axes("xAxis", option, axis),
    ...axes("yAxis", option, axis),
    ...(option.legend
      ? {
          legend: {
            textStyle: { color: colours.text },
            .../** @type {Option} */ (option.legend),
          },
        }
      : {}),
  };
}

/**
 * @param {string} name
 * @param {Option} option
 * @param {Option} usual
 */
function axes(name, option, usual) {
  const given = option[name];
  if (given === undefined) return {};
  const one = (/** @type {Option} */ each) => ({
    ...usual,
    ...each,
    axisLabel: {
      .../** @type {Option} */ (usual.axisLabel),
      .../** @type {Option} */ (each.axisLabel ?? {}),
    },
  });
  const whole = Array.isArray(given) ? given.map(one) : one(/** @type {Option} */ (given));
  return { [name]: whole };
}
