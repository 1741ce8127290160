// The page of findings: one tap each.

import "./live.js";
import "./answer.js";
