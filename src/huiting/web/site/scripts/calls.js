// The table of calls: choosing rows, playing a line, suggesting values, dialogs.
import { choosing } from "./calls/choosing.js";
import { dialogs } from "./calls/dialogs.js";
import { playing } from "./calls/playing.js";
import { suggesting } from "./calls/suggesting.js";

choosing();
dialogs();
playing();
suggesting();
