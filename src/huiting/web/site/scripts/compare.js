// Engines compared: plays a line.
import { playing } from "./calls/playing.js";

playing();
