//! An example as a function.

use std::{
    env,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use hardtack_scenarios::Server;

use crate::{front::Front, runtime_api::RuntimeApi};

pub(crate) struct Function(Command);

impl Function {
    /// The environment is that of Lambda, without a stage in the path.
    pub(crate) fn new(example: &str) -> Function {
        let mut command = Command::new(program(example));
        command
            .env_remove("SESSION_KEYS")
            .env("AWS_LAMBDA_FUNCTION_NAME", example)
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
    pub(crate) fn behind(mut self, front: Front) -> Server {
        let api = RuntimeApi::start(front);
        self.0.env("AWS_LAMBDA_RUNTIME_API", api.api.to_string());
        let base = format!("http://{}", api.front);
        let function = Running(self.0.spawn().unwrap());
        Server::at(base, (function, api))
    }

    /// The standard error of a function that does not start.
    pub(crate) fn output(mut self) -> String {
        let output = self.0.stdout(Stdio::null()).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Cargo builds the examples before it runs the tests, into the folder beside theirs.
fn program(example: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let program = folder.join("examples").join(example);
    program.with_extension(env::consts::EXE_EXTENSION)
}
