// The words that the script of this page knows; the build puts this file in the place of words.ts.

import { guarded } from "../page";
import * as plain from "../words";
import * as world from "../words.world";
import { findTag } from "./tag";

let isWorld = false;
guarded(() => {
  isWorld = /stacklead\.world/.test((findTag() as HTMLScriptElement).src);
})();

export const { ASKED, CARD, NEVER, STRANGER, TABLE, LINKS, LOGIN, NEW } = isWorld ? world : plain;
