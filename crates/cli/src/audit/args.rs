//! The arguments of `audit`.

use std::path::PathBuf;

use banister::ChainHead;
use banister_audit::{Approval, Direction, FindingsFormat, Format, Shard};
use clap::{Subcommand, ValueEnum};

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct AuditArgs {
    /// The step.
    #[command(subcommand)]
    pub(super) command: AuditCommand,
}

/// The steps of an audit.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List the objects and freeze the list
    Plan(PlanArgs),
    /// Scan objects; on one machine, this plans, scans and finalizes
    ///
    /// A scan that was stopped continues where it was: run the command again. Each result appears whole or not at all, and equal archives
    /// have equal results, whatever the number of threads.
    Scan(ScanArgs),
    /// Evaluate recorded bodies again, and compare the findings with the decision records
    ///
    /// This is `scan --decisions`, and lists each decision that another evaluation does not confirm. With `--against`, it also reports what
    /// another policy would have done.
    Replay(ScanArgs),
    /// Bring plan and receipts together, and write summary, report and manifest
    Finalize(FinalizeArgs),
    /// Print the job that scans a plan on Apache Spark, and the commands that run it
    ///
    /// The output is a Python program whose first lines are the commands, as comments. Every machine needs the Python package of
    /// this version. The findings and their digests are those of a scan on one machine.
    Spark(SparkArgs),
    /// Compute everything again, check the signature, and scan a sample again
    Verify(VerifyArgs),
    /// Render the report of a finalized audit again, or export its findings
    Report(ReportArgs),
    /// Verify the chain of a decision log: names lines that were removed, changed or reordered
    ///
    /// A log that was cut off at its end looks whole: pass the last record that you know with `--head`.
    VerifyLog(VerifyLogArgs),
}

/// Arguments of `audit plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArgs {
    /// Files, directories, patterns with `*`, `?` and `[…]`, or locations in buckets: `s3://`, `gs://` and `az://`
    #[arg(value_name = "INPUT", required = true)]
    pub(super) inputs: Vec<String>,
    /// Directory of the audit
    #[arg(long, short, value_name = "DIRECTORY")]
    pub(super) out: PathBuf,
}

/// Arguments of `audit scan`.
#[derive(Debug, clap::Args)]
pub(crate) struct ScanArgs {
    /// Files, directories, patterns with `*`, `?` and `[…]`, locations in buckets (`s3://`, `gs://`, `az://`), or `-` alone for standard
    /// input; without any, the plan of the directory
    #[arg(value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Directory of the audit
    #[arg(long, short, value_name = "DIRECTORY")]
    pub(super) out: PathBuf,
    /// Policy pack or file
    #[arg(long, short, value_name = "POLICY", default_value = "default")]
    pub(super) policy: String,
    /// Another policy pack or file, to report what it would have done
    #[arg(long, value_name = "POLICY")]
    pub(super) against: Option<String>,
    /// Policy pack or file that decisions were made under besides the audited one, to replay these too; may be repeated
    #[arg(long, value_name = "POLICY")]
    pub(super) replay: Vec<String>,
    /// Number of threads; 0 is the number of cores
    #[arg(long, short, value_name = "N", default_value_t = 0)]
    pub(super) jobs: usize,
    /// Scan a part of the plan, such as `2/8`, and do not finalize
    #[arg(long, value_name = "I/N", conflicts_with_all = ["sign", "previous", "calibrate"])]
    pub(super) shard: Option<Shard>,
    /// Format of the findings
    #[arg(long, value_name = "FORMAT", default_value = "parquet")]
    pub(super) findings_format: FindingsFormatArg,
    /// Format of all objects; the default is to see by their content
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<FormatArg>,
    /// Direction of text, and of JSON that is no invocation log
    #[arg(long, value_name = "SOURCE", default_value = "input")]
    pub(super) source: SourceArg,
    /// Join the calls of invocation logs with decision records, which are among the inputs
    #[arg(long)]
    pub(super) decisions: bool,
    /// File with a key of at least 32 bytes: adds the HMAC-SHA-256 of the matched text to findings, so that different values can be counted
    #[arg(long, value_name = "FILE")]
    pub(super) fingerprint_key: Option<PathBuf>,
    /// Longest line that is read as JSON; longer lines are evaluated as text and quarantined
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1024..=1 << 30))]
    pub(super) max_line_bytes: usize,
    /// How to report progress on standard error
    #[arg(long, value_name = "MODE", default_value = "auto")]
    pub(super) progress: ProgressMode,
    /// Scan only this part, such as `1%`, write nothing, and estimate the time of the whole
    #[arg(long, value_name = "PERCENT", value_parser = per_mille)]
    pub(super) calibrate: Option<u64>,
    /// How to finalize.
    #[command(flatten)]
    pub(super) ending: EndingArgs,
}

/// Arguments of everything that finalizes.
#[derive(Debug, clap::Args)]
pub(crate) struct EndingArgs {
    /// Number of quarantined objects, lines and bodies that a complete audit may have
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) max_quarantine: u64,
    /// Policy that decisions may have besides the one of the audit, and when: `DIGEST`, or `DIGEST@FROM..UNTIL` with days or times in UTC;
    /// may be repeated
    #[arg(long, value_name = "DIGEST[@FROM..UNTIL]")]
    pub(super) approve: Vec<Approval>,
    /// Number and hash of the decision record before the first, if earlier files of the log were removed; may be repeated
    #[arg(long, value_name = "SEQ:HASH", value_parser = chain_head)]
    pub(super) after: Vec<ChainHead>,
    /// Private key that signs the manifest: Ed25519 in PEM, as `openssl genpkey -algorithm ed25519` writes it
    #[arg(long, value_name = "FILE")]
    pub(super) sign: Option<PathBuf>,
    /// Manifest of the audit before this one, which the new manifest names
    #[arg(long, value_name = "FILE")]
    pub(super) previous: Option<PathBuf>,
}

/// Arguments of `audit spark`.
#[derive(Debug, clap::Args)]
pub(crate) struct SparkArgs {
    /// Directory of the audit, with its plan
    #[arg(value_name = "DIRECTORY")]
    pub(super) out: PathBuf,
    /// Policy pack or file
    #[arg(long, short, value_name = "POLICY", default_value = "default")]
    pub(super) policy: String,
    /// Format of the findings
    #[arg(long, value_name = "FORMAT", default_value = "parquet")]
    pub(super) findings_format: FindingsFormatArg,
    /// Join the calls of invocation logs with decision records, which are among the inputs
    #[arg(long)]
    pub(super) decisions: bool,
}

/// Arguments of `audit finalize`.
#[derive(Debug, clap::Args)]
pub(crate) struct FinalizeArgs {
    /// Directory of the audit
    #[arg(value_name = "DIRECTORY")]
    pub(super) out: PathBuf,
    /// How to finalize.
    #[command(flatten)]
    pub(super) ending: EndingArgs,
}

/// Arguments of `audit verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    /// Directory of the audit
    #[arg(value_name = "DIRECTORY")]
    pub(super) out: PathBuf,
    /// Public key that must have signed the manifest: Ed25519 in PEM, as `openssl pkey -pubout` writes it
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// Manifest that must be the one before
    #[arg(long, value_name = "FILE")]
    pub(super) previous: Option<PathBuf>,
    /// Part of the objects to scan again, such as `5%`
    #[arg(long, value_name = "PERCENT", value_parser = per_mille, requires = "policy")]
    pub(super) rescan: Option<u64>,
    /// Policy pack or file of the audit, for `--rescan`
    #[arg(long, short, value_name = "POLICY")]
    pub(super) policy: Option<String>,
    /// The `--against` of the scan, for `--rescan`
    #[arg(long, value_name = "POLICY")]
    pub(super) against: Option<String>,
    /// The `--replay` of the scan, for `--rescan`; may be repeated
    #[arg(long, value_name = "POLICY")]
    pub(super) replay: Vec<String>,
    /// The `--fingerprint-key` of the scan, for `--rescan`
    #[arg(long, value_name = "FILE")]
    pub(super) fingerprint_key: Option<PathBuf>,
}

/// Arguments of `audit report`.
#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// Directory of the audit
    #[arg(value_name = "DIRECTORY")]
    pub(super) out: PathBuf,
    /// Print the findings as OCSF events instead: class 2006, Data Security Finding, in JSON Lines
    #[arg(long)]
    pub(super) ocsf: bool,
}

/// Arguments of `audit verify-log`.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyLogArgs {
    /// Files of the log, the oldest first; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Number and hash of a record that the log must contain
    #[arg(long, value_name = "SEQ:HASH", value_parser = chain_head)]
    pub(super) head: Vec<ChainHead>,
    /// Number and hash of the record before the first, if earlier files were removed
    #[arg(long, value_name = "SEQ:HASH", value_parser = chain_head)]
    pub(super) after: Vec<ChainHead>,
}

/// Parses `SEQ:HASH`.
fn chain_head(text: &str) -> Result<ChainHead, String> {
    let (seq, hash) = text.split_once(':').ok_or("expected the number and the hash of a record, as `12:9f86…`")?;
    let seq = seq.parse().map_err(|_| format!("`{seq}` is no number of a record"))?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if is_hash {
        Ok(ChainHead::new(seq, hash))
    } else {
        Err(format!("`{hash}` is no hash: it has 64 hexadecimal digits"))
    }
}

/// A format of findings.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FindingsFormatArg {
    /// Parquet with zstd
    Parquet,
    /// JSON Lines
    Jsonl,
    /// Both
    Both,
}

impl From<FindingsFormatArg> for FindingsFormat {
    fn from(format: FindingsFormatArg) -> Self {
        match format {
            FindingsFormatArg::Parquet => Self::Parquet,
            FindingsFormatArg::Jsonl => Self::Jsonl,
            FindingsFormatArg::Both => Self::Both,
        }
    }
}

/// A format of objects.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FormatArg {
    /// JSON Lines: invocation logs, or any other JSON
    Jsonl,
    /// Text
    Text,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Jsonl => Self::JsonLines,
            FormatArg::Text => Self::Text,
        }
    }
}

/// A direction.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SourceArg {
    /// To the model
    Input,
    /// From the model
    Output,
}

impl From<SourceArg> for Direction {
    fn from(source: SourceArg) -> Self {
        match source {
            SourceArg::Input => Self::Input,
            SourceArg::Output => Self::Output,
        }
    }
}

/// How progress is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// A bar on a terminal, otherwise as `plain`
    Auto,
    /// A line every 10 seconds
    Plain,
    /// A JSON object every 10 seconds
    Json,
    /// Not at all
    None,
}

/// Parses a percentage into thousandths.
fn per_mille(text: &str) -> Result<u64, String> {
    let error = || format!("`{text}` is not a percentage; write one such as `5%` or `0.5%`");
    let number = text.strip_suffix('%').ok_or_else(error)?;
    let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
    let digits =
        |part: &str| if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse::<u64>().ok() } else { None };
    match (digits(whole), digits(tenths).filter(|_| tenths.len() == 1)) {
        (Some(whole), Some(tenths)) if (1..=1000).contains(&(whole.saturating_mul(10) + tenths)) => {
            Ok(whole * 10 + tenths)
        }
        _ => Err(error()),
    }
}
