// Whose loss: answered where it is shown.

import "./live.js";
import "./verdict.js";
