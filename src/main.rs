//! `agentgate`; also answers to the names `agentgate-pre-push` and `agentgate-ci`.

fn main() -> std::process::ExitCode {
    agentgate::cli::main()
}
