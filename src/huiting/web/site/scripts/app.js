// What every page loads.
import "./site/htmx.js";
import "./site/alpine.js";
import "./site/frame.js";
import { install } from "./site/offline.js";

install();
