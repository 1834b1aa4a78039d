//! `dictum man`: the manual page of the whole program.
//!
//! In: the definition that parses arguments, with its help texts. Out: one page in roff on standard output: every command with
//! its options and examples, the options of every command, the exit codes. What must hold: the page names no date, no folder and
//! no width, so it is the same wherever it is made. No workspace is needed.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::Exit;
use super::args::EVERYWHERE;
use super::messages::{Ending, Messages};
use super::terminal::print;
use crate::diag::Diagnostics;
use crate::source::Sources;

pub(super) const EXAMPLES: &str = "\
Examples:
  dictum man > dictum.1
  dictum man | man -l -";

pub(super) fn run(definition: Command, messages: &Messages) -> Exit {
    let result = print(page(definition).as_bytes()).map(|()| Vec::<()>::new());
    messages.end(&Ending::new("man", Sources::default(), Diagnostics::default(), result))
}

/// The page as text.
fn page(mut program: Command) -> String {
    program.build();
    let version = format!("dictum {}", program.get_version().unwrap_or_default());
    let about = program.get_about().map(ToString::to_string).unwrap_or_default();
    let mut page = Roff::new();
    page.control("TH", ["DICTUM", "1", "", version.as_str(), "User Commands"]);
    page.control("SH", ["NAME"]).text([roman(format!("dictum - {}", about.trim_end_matches('.')))]);
    page.control("SH", ["SYNOPSIS"]);
    usage(&mut program, &mut page);
    page.control("SH", ["DESCRIPTION"]).text([roman(about)]);
    let mut commands: Vec<Command> = program.get_subcommands().filter(|one| one.get_name() != "help").cloned().collect();
    for one in &mut commands {
        command(one, &mut page);
    }
    page.control("SH", [EVERYWHERE]);
    for arg in program.get_arguments() {
        option(arg, &mut page);
    }
    remarks(&program, "SH", &mut page);
    // Not every reader of roff takes more than ASCII.
    page.render().replace('…', "...")
}

/// One command: what it does, how it is called, its own options, its examples.
fn command(command: &mut Command, page: &mut Roff) {
    let title = format!("dictum {}", command.get_name());
    page.control("SH", [title.as_str()]);
    let about = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string);
    page.text([roman(format!("{}.", about.unwrap_or_default().trim_end_matches('.')))]).control("PP", []);
    usage(command, page);
    for arg in command.get_arguments().filter(|arg| arg.get_help_heading() != Some(EVERYWHERE) && arg.get_id() != "help") {
        option(arg, page);
    }
    remarks(command, "SS", page);
}

/// The line of arguments, as help shows it.
fn usage(command: &mut Command, page: &mut Roff) {
    let usage = command.render_usage().to_string();
    page.text([bold(usage.trim_start_matches("Usage: ").trim_end())]);
}

/// An option or argument with what it takes and what it says.
fn option(arg: &Arg, page: &mut Roff) {
    let mut header: Vec<Inline> = Vec::new();
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    for name in short.into_iter().chain(long) {
        header.extend((!header.is_empty()).then(|| roman(", ")));
        header.push(bold(name));
    }
    if matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) {
        header.extend((!header.is_empty()).then(|| roman(" ")));
        header.push(italic(arg.get_value_names().unwrap_or_default().join(" ")));
    }
    page.control("TP", []).text(header);
    let mut says = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    let shows_values = takes_value && !arg.is_hide_possible_values_set();
    let values = arg.get_possible_values().into_iter().filter(|value| shows_values && !value.is_hide_set());
    let (explained, bare): (Vec<PossibleValue>, Vec<PossibleValue>) = values.partition(|value| value.get_help().is_some());
    if !bare.is_empty() {
        let names: Vec<&str> = bare.iter().map(PossibleValue::get_name).collect();
        says = format!("{says}: {}", names.join(", "));
    }
    if takes_value && !defaults.is_empty() {
        says = format!("{says} [default: {}]", defaults.join(", "));
    }
    page.text([roman(says)]);
    if explained.is_empty() {
        return;
    }
    page.control("RS", []);
    for value in explained {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        page.control("TP", []).text([bold(value.get_name())]).text([roman(help)]);
    }
    page.control("RE", []);
}

/// What stands below the options: texts, and lists under headlines such as `Examples:`, whose lines are kept as they are.
fn remarks(command: &Command, heading: &str, page: &mut Roff) {
    let text = command.get_after_long_help().or_else(|| command.get_after_help()).map(ToString::to_string);
    let mut kept = false;
    page.control("PP", []);
    for line in text.unwrap_or_default().lines() {
        let is_kept = line.starts_with(' ');
        match (kept, is_kept) {
            (false, true) => page.control("nf", []),
            (true, false) => page.control("fi", []),
            _ => page,
        };
        kept = is_kept;
        if let Some(headline) = line.strip_suffix(':').filter(|_| !is_kept) {
            let headline = if heading == "SH" { headline.to_uppercase() } else { headline.to_owned() };
            page.control(heading, [headline.as_str()]);
        } else if line.is_empty() {
            page.control("PP", []);
        } else {
            page.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
    }
    if kept {
        page.control("fi", []);
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::command::Cli;

    #[test]
    fn every_command_and_every_option_that_is_shown_has_its_place() {
        let page = page(Cli::command()).replace("\\-", "-");
        for command in Cli::command().get_subcommands() {
            assert!(page.contains(&format!("\n.SH \"dictum {}\"\n", command.get_name())), "{}", command.get_name());
            for arg in command.get_arguments().filter_map(Arg::get_long) {
                assert!(page.contains(&format!("--{arg}\\fR")), "{arg}");
            }
        }
        for part in [".TH DICTUM 1", ".SH \"EXIT CODES\"\n.nf\n", ".SH EXAMPLES\n.nf\n", &format!(".SH \"{EVERYWHERE}\"\n")] {
            assert!(page.contains(part), "{part}");
        }
        assert_eq!(page.matches("\n.nf\n").count(), page.matches("\n.fi\n").count());
    }
}
