use std::{error::Error, process::Command};

use serde::{Deserialize, Serialize};

/// Conditions that a count depends on, apart from our code.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Machine {
    compiler: String,
    /// Its `malloc` and `memcpy` are counted, too.
    libc: String,
    /// Features of the processor that programs see under valgrind, which lacks some.
    features: Vec<String>,
}

impl Machine {
    pub(crate) fn look() -> Result<Machine, Box<dyn Error>> {
        let program = std::env::current_exe()?;
        let program = program.to_str().ok_or("this program's path is not UTF-8")?;
        let options = ["--tool=none", "--quiet", program, "--features"];
        let features = output("valgrind", &options)
            .map_err(|error| format!("{error}; install it, as with `apt-get install valgrind`"))?;
        Ok(Machine {
            compiler: output("rustc", &["--version"])?,
            libc: output("getconf", &["GNU_LIBC_VERSION"]).unwrap_or_else(|_| "unknown".to_owned()),
            features: features.split(' ').map(str::to_owned).collect(),
        })
    }

    /// Returns a sentence for each way in which `other` is another machine.
    pub(crate) fn differences(&self, other: &Machine) -> Vec<String> {
        let parts = [
            ("compiler", &self.compiler, &other.compiler),
            ("C library", &self.libc, &other.libc),
            (
                "processor",
                &self.features.join(" "),
                &other.features.join(" "),
            ),
        ];
        let differing = parts.into_iter().filter(|(_, theirs, ours)| theirs != ours);
        let sentence = |(what, theirs, ours)| {
            format!("the {what} of the baseline is `{theirs}`, here it is `{ours}`")
        };
        differing.map(sentence).collect()
    }
}

/// Returns the features of this processor by which libraries choose their code.
pub(crate) fn features() -> Vec<&'static str> {
    macro_rules! present {
        ($is_present:ident: $($feature:tt)*) => {
            [$(($feature, std::arch::$is_present!($feature))),*]
        };
    }
    #[cfg(target_arch = "x86_64")]
    let all = present!(is_x86_feature_detected:
        "aes" "avx" "avx2" "avx512f" "avx512vl" "bmi2" "pclmulqdq" "sha" "sse4.1" "ssse3" "vaes" "vpclmulqdq");
    #[cfg(target_arch = "aarch64")]
    let all = present!(is_aarch64_feature_detected: "aes" "neon" "pmull" "sha2" "sve");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let all = [];
    let present = all.into_iter().filter(|(_, is_present)| *is_present);
    present.map(|(feature, _)| feature).collect()
}

fn output(program: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "`{program}` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
