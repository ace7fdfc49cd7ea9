//! A child process, and its resource usage.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tower::BoxError;

/// The unit of processor time in `/proc`, which is the same on all systems.
const TICKS_A_SECOND: u64 = 100;

/// A process that prints its address in the first line. It is killed when this is dropped.
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

    /// Returns the resident memory, in kilobytes.
    pub(crate) fn resident_kb(&self) -> Result<u64, BoxError> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim_end_matches("kB").trim().parse()?)
    }

    /// Returns the processor time so far, user and system.
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
