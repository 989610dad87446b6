//! An example as a function.

use std::process::{Command, Stdio};

use hardtack_scenarios::{Log, Program, Server, example};

use crate::{front::Front, runtime_api::RuntimeApi};

pub(crate) struct Function(Command);

impl Function {
    /// The environment is that of Lambda, without a stage in the path.
    pub(crate) fn new(name: &str) -> Function {
        let mut command = example(name);
        command
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "1");
        Function(command)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Function {
        self.0.env(name, value);
        self
    }

    pub(crate) fn with_stage_in_path(mut self) -> Function {
        self.0.env_remove("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH");
        self
    }

    /// Starts the function behind a front.
    pub(crate) fn behind(self, front: Front) -> Server {
        self.heard_behind(front).0
    }

    /// Starts the function behind a front, and returns its log and the number of its process, too.
    pub(crate) fn heard_behind(mut self, front: Front) -> (Server, Log, u32) {
        let api = RuntimeApi::start(front);
        self.0.env("AWS_LAMBDA_RUNTIME_API", api.api.to_string());
        let base = format!("http://{}", api.front);
        let function = Program::heard(&mut self.0);
        let (log, id) = (function.log(), function.id());
        (Server::at(base, (function, api)), log, id)
    }

    /// The standard error of a function that does not start.
    pub(crate) fn output(mut self) -> String {
        let output = self.0.stdout(Stdio::null()).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }
}
