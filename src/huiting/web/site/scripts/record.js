// Recording from the microphone, for the page's own scripts.
import { Alpine } from "./site/alpine.js";
import { record } from "./record/microphone.js";

Alpine.magic("record", () => record);

export { record };
