use std::io::ErrorKind;

use ureq::{
    Agent, Error,
    config::Config,
    unversioned::{
        resolver::DefaultResolver,
        transport::{Buffers, ConnectionDetails, Connector, NextTimeout, TcpConnector, Transport},
    },
};

/// Returns an agent that reads the answer of a server that has closed the connection before the end of the body.
pub(crate) fn agent(config: Config) -> Agent {
    let connector = ().chain(TcpConnector::default()).chain(EarlyAnswers);
    Agent::with_parts(config, connector, DefaultResolver::default())
}

#[derive(Debug)]
struct EarlyAnswers;

impl<T: Transport> Connector<T> for EarlyAnswers {
    type Out = Connection<T>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<T>,
    ) -> Result<Option<Connection<T>>, Error> {
        Ok(chained.map(Connection))
    }
}

#[derive(Debug)]
struct Connection<T>(T);

impl<T: Transport> Transport for Connection<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        match self.0.transmit_output(amount, timeout) {
            // Nobody reads the rest of the body, but the answer may be here.
            Err(Error::Io(error)) if CLOSED.contains(&error.kind()) => Ok(()),
            sent => sent,
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }
}

const CLOSED: [ErrorKind; 2] = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
