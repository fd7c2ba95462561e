//! `agentgate`; also answers to the names `agentgate-pre-push` and `agentgate-ci`.

/// Trees are millions of small pieces made and dropped on all threads, which the C library's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    agentgate::cli::main()
}
