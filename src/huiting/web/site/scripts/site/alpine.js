// Alpine without eval. A page's script registers its components with `Alpine.data(NAME, make)`
// when it is loaded; Alpine starts when all scripts of the page are.
import Alpine from "@alpinejs/csp";

document.addEventListener("DOMContentLoaded", () => Alpine.start());

export { Alpine };
