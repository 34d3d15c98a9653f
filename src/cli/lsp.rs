//! `opsc lsp`: the language server on standard input and output.

use super::{Command, Context, Exit, Failure, Output, System, manual};
use crate::diag::Habit;
use crate::lsp::{Connection, Ending, FEATURES, Message, Setup, serve};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::thread;

/// Serve an editor
///
/// Speaks the Language Server Protocol on standard input and output. An editor starts it; see the page about editors.
#[derive(Debug, clap::Args)]
pub struct Lsp {
    /// Changes nothing: the protocol is spoken on standard input and output anyway, and some editors say so
    #[arg(long)]
    stdio: bool,
    /// Also show what is only a matter of habit
    #[arg(long)]
    strict: bool,
}

impl Command for Lsp {
    const NAME: &'static str = "lsp";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "the editor ended the session"),
        (Exit::Found, "the editor went away, or said `exit` without `shutdown`"),
        (Exit::Usage, "the command line was not understood"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let (from_client, receiver) = unbounded();
        let (sender, to_client) = unbounded();
        let writer = thread::spawn(move || write_all(&to_client, &mut io::stdout().lock()));
        // It waits for a client that may never speak again, so nobody waits for it.
        thread::spawn(move || read_all(&mut io::stdin().lock(), &from_client));
        let connection = Connection { sender, receiver };
        let setup = Setup {
            world: Arc::new(System::running()),
            manual: manual::lay_out(context.world),
            habit: if self.strict { Habit::Strict } else { Habit::Always },
            features: FEATURES,
        };
        let ending = serve(&connection, setup);
        drop(connection);
        // A client that reads no more has heard enough.
        drop(writer.join());
        Ok(Output::said("").exit(match ending {
            Ending::Orderly => Exit::Done,
            Ending::Abrupt => Exit::Found,
        }))
    }
}

/// What lsp-server says of a message that it read to its end and that is no JSON: the next one can be read.
const NO_MESSAGE: &str = "malformed LSP payload";

/// Reads messages until there are no more. One that makes no sense is left out; a broken frame ends it, because where the
/// next one begins nobody can know.
fn read_all(input: &mut impl BufRead, messages: &Sender<Message>) {
    loop {
        match Message::read(input) {
            Ok(Some(message)) => {
                let is_last = matches!(&message, Message::Notification(said) if said.method == "exit");
                if messages.send(message).is_err() || is_last {
                    return;
                }
            }
            Err(error) if error.to_string().starts_with(NO_MESSAGE) => {}
            Ok(None) | Err(_) => return,
        }
    }
}

fn write_all(messages: &Receiver<Message>, output: &mut impl Write) {
    for message in messages {
        if message.write(output).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The methods of the messages that are read.
    #[track_caller]
    fn check(input: &str, expected: &[&str]) {
        let (sender, receiver) = unbounded();
        read_all(&mut input.as_bytes(), &sender);
        drop(sender);
        let read: Vec<String> = receiver
            .into_iter()
            .map(|message| match message {
                Message::Notification(said) => said.method,
                Message::Request(request) => request.method,
                Message::Response(_) => "response".to_owned(),
            })
            .collect();
        assert_eq!(read, expected);
    }

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn a_message_that_makes_no_sense_is_left_out() {
        let good = framed("{\"jsonrpc\":\"2.0\",\"method\":\"a\"}");
        check(&format!("{good}{}{good}", framed("{\"jsonrpc\":")), &["a", "a"]);
        check(&format!("{good}{}{good}", framed("[1]")), &["a", "a"]);
    }

    #[test]
    fn a_broken_frame_ends_the_session() {
        let good = framed("{\"jsonrpc\":\"2.0\",\"method\":\"a\"}");
        check(&format!("{good}nonsense\r\n\r\n{good}"), &["a"]);
        check(&format!("{good}Content-Length: 99\r\n\r\n{{}}"), &["a"]);
    }
}
