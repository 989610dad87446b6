// Written by .ci/settings from src/settings/settings.toml: change that.

use super::fits::{
    Fits::{Begins, Has, Is, Like},
    Look, has_a_name, has_no_line_ends, is_path,
};

#[rustfmt::skip]
pub(super) const LOOKS: &[Look] = &[
    Look { fits: &[Has(&["aGFyZHRhY2tf", "hhcmR0YWNrX", "oYXJkdGFja1", "YUdGeVpIUmhZMnRm", "aABhAHIAZAB0AGEA", "686172647461636b"])], is_of_rings: true, says: "is in base64 or hexadecimal; decode it, twice if it was encoded twice", has_new_key: false },
    Look { fits: &[Like(has_no_line_ends)], is_of_rings: true, says: "has `\\n` or `%0A` in place of line ends; give line ends, or commas", has_new_key: false },
    Look { fits: &[Begins(&["\u{feff}"]), Has(&["\0"])], is_of_rings: false, says: "has a byte order mark, or is UTF-16; save it as UTF-8 without a mark", has_new_key: false },
    Look { fits: &[Begins(&["\"", "'", "`", "“", "‘"])], is_of_rings: false, says: "is in quotes; leave them out", has_new_key: false },
    Look { fits: &[Is(&["", "null", "undefined", "none", "nil", "~", "***", "<no"])], is_of_rings: false, says: "is empty, or a word such as `null`; ", has_new_key: true },
    Look { fits: &[Begins(&["$", "{{", "%", "!", "@Microsoft.", "<path:", "ENC[", "ENC(", "arn:", "encrypted:", "projects/", "ref+", "secretref:", "vault:", "AQICAH"]), Has(&["://"])], is_of_rings: false, says: "is a reference, or encrypted; give the text that it stands for", has_new_key: false },
    Look { fits: &[Is(&["-", "|", ">", "|-", ">-"]), Begins(&["<", "{", "["])], is_of_rings: false, says: "is a web page, JSON or YAML; give the text of the ring alone", has_new_key: false },
    Look { fits: &[Is(&["export", "set"]), Like(has_a_name)], is_of_rings: false, says: "has the name of a variable before it; give the value alone", has_new_key: false },
    Look { fits: &[Begins(&["hardtack_key_"])], is_of_rings: false, says: "is of another version of the format; give a key of version 1, or update hardtack", has_new_key: false },
    Look { fits: &[Like(is_path)], is_of_rings: false, says: "looks like the path of a file; give the content of that file", has_new_key: false },
    Look { fits: &[], is_of_rings: false, says: "looks like a password or the key of another program, neither of which is accepted; ", has_new_key: true },
];
