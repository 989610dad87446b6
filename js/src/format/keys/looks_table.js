// Written by .ci/settings from src/settings/settings.toml: change that.

import { NEW_KEY } from "./key.js";

/** What texts look like that are no rings or, in their entries, no keys. */
export const LOOKS = [
  [
    true,
    /aGFyZHRhY2tf|hhcmR0YWNrX|oYXJkdGFja1|YUdGeVpIUmhZMnRm|aABhAHIAZAB0AGEA|686172647461636b/,
    `is in base64 or hexadecimal; decode it, twice if it was encoded twice`,
  ],
  [
    true,
    /^(#|not_before=|hardtack_key_)[^]*(\\n|%0[Aa])/,
    `has \`\\n\` or \`%0A\` in place of line ends; give line ends, or commas`,
  ],
  [
    false,
    /^(\ufeff)|\0/,
    `has a byte order mark, or is UTF-16; save it as UTF-8 without a mark`,
  ],
  [
    false,
    /^("|'|`|“|‘)/,
    `is in quotes; leave them out`,
  ],
  [
    false,
    /^(|null|undefined|none|nil|~|\*\*\*|<no)$/i,
    `is empty, or a word such as \`null\`; ${NEW_KEY}`,
  ],
  [
    false,
    /^(\$|\{\{|%|!|@Microsoft\.|<path:|ENC\[|ENC\(|arn:|encrypted:|projects\/|ref\+|secretref:|vault:|AQICAH)|:\/\//,
    `is a reference, or encrypted; give the text that it stands for`,
  ],
  [
    false,
    /^(-|\||>|\|-|>-)$|^(<|\{|\[)/i,
    `is a web page, JSON or YAML; give the text of the ring alone`,
  ],
  [
    false,
    /^(export|set)$|^\w+(:$|=+[^=])/i,
    `has the name of a variable before it; give the value alone`,
  ],
  [
    false,
    /^(hardtack_key_)/,
    `is of another version of the format; give a key of version 1, or update hardtack`,
  ],
  [
    false,
    /^([/~]|.:\\)|\..*\/|\/.*\./,
    `looks like the path of a file; give the content of that file`,
  ],
  [
    false,
    /^/,
    `looks like a password or the key of another program, neither of which is accepted; ${NEW_KEY}`,
  ],
];
