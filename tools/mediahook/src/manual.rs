//! Completions and manual pages, made from the definition of the commands.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::arguments::Arguments;
use crate::output::{message, print_line};

/// Prints the completions of a shell.
pub(crate) fn completions(shell: Shell) {
    generate(shell, &mut Arguments::command(), env!("CARGO_BIN_NAME"), &mut io::stdout());
}

/// Prints the manual page of the tool, or writes it and those of all commands to a folder.
pub(crate) fn pages(folder: Option<&Path>) -> Result<(), String> {
    let mut command = Arguments::command();
    command.build();
    match folder {
        None => clap_mangen::Man::new(command).render(&mut io::stdout()).map_err(message),
        Some(folder) => {
            fs::create_dir_all(folder).map_err(message)?;
            clap_mangen::generate_to(command, folder).map_err(message)?;
            print_line(&format!("manual pages in {}", folder.display()))
        }
    }
}
