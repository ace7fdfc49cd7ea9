//! A process of its own, and what it uses.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tower::BoxError;

/// What the kernel counts processor time in, on all systems there are.
const TICKS_A_SECOND: u64 = 100;

/// A process that tells its address in the first line it writes. It is killed in the end.
pub(crate) struct Process {
    child: Child,
    endpoint: String,
}

impl Process {
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Result<Self, BoxError> {
        // Its log would be a line for every call.
        let mut command = Command::new(program);
        command.args(arguments).env("BANISTER_LOG", "warn").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let from = line.find("http://").ok_or_else(|| format!("{} does not listen", program.display()))?;
        let endpoint = line[from..].split([',', '\n']).next().unwrap_or_default().to_owned();
        Ok(Self { child, endpoint })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Memory that is resident, in kilobytes.
    pub(crate) fn resident_kb(&self) -> Result<u64, BoxError> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim_end_matches("kB").trim().parse()?)
    }

    /// Processor time so far, in the program and in the kernel for it.
    pub(crate) fn cpu(&self) -> Result<Duration, BoxError> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Behind the name, which may hold anything: the state is the third field, the times are the 14th and the 15th.
        let rest = stat.rsplit_once(')').ok_or("no name")?.1;
        let ticks: u64 = rest.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<_, _>>()?;
        Ok(Duration::from_millis(ticks * 1000 / TICKS_A_SECOND))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
