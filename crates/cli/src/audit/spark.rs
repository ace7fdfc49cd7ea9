//! `audit spark`: the job that scans a plan on Apache Spark, and the commands that run it.

use std::path::Path;

use banister_audit::{Plan, PlannedObject, read_plan};

use super::args::{FindingsFormatArg, SparkArgs};
use super::stopped;
use crate::failure::{Exit, Failure};
use crate::policy::{self, PolicyRef};
use crate::report::Out;

const JOB: &str = include_str!("spark_job.py");

/// Stored bytes for each task. Tasks that take long begin again when a machine is lost.
const TASK_BYTES: u64 = 128 << 20;

/// Prints the job, after the commands for the plan as comments.
///
/// # Errors
///
/// If the directory has no plan, the policy has errors, or standard output cannot be written.
pub(super) fn run(args: &SparkArgs, out: &mut Out) -> Result<Exit, Failure> {
    let plan = match read_plan(&args.out) {
        Ok(plan) => plan,
        Err(error) => return stopped(error),
    };
    if let Some(object) = plan.objects.iter().find(|object| is_file(object) && Path::new(&object.uri).is_relative()) {
        return Err(Failure::new(format!(
            "{}: is a relative path, which other machines resolve in other directories; plan the inputs by absolute paths",
            object.uri
        )));
    }
    let policy = policy::resolve(&args.policy);
    policy::load(&policy)?;
    let commands = commands(args, &plan, &policy);
    for line in commands.lines() {
        out.text(if line.is_empty() { "#" } else { "# " })?;
        out.text(line)?;
        out.text("\n")?;
    }
    out.text("\n")?;
    out.text(JOB)?;
    Ok(Exit::Passed)
}

/// Returns `true` if an object of a plan is a file, and not at a location such as `s3://bucket/key`.
fn is_file(object: &PlannedObject) -> bool {
    !object.uri.contains("://")
}

fn commands(args: &SparkArgs, plan: &Plan, policy: &PolicyRef) -> String {
    let bytes: u64 = plan.objects.iter().map(|object| object.size).sum();
    let units = plan.units().count() as u64;
    let tasks = bytes.div_ceil(TASK_BYTES).max(64).min(units.max(1));
    let arguments = arguments(args, policy, tasks);
    let shell = arguments.iter().map(|argument| quoted(argument)).collect::<Vec<_>>().join(" ");
    let wheel = concat!("banister-", env!("CARGO_PKG_VERSION"), "-cp39-abi3-manylinux_2_28_x86_64.whl");
    let step_arguments: Vec<&str> = ["--deploy-mode", "client", "s3://BUCKET/job.py"]
        .into_iter()
        .chain(arguments.iter().map(String::as_str))
        .collect();
    let step = serde_json::json!([
        {"Type": "Spark", "Name": "banister", "ActionOnFailure": "CONTINUE", "Args": step_arguments},
    ]);
    let install = serde_json::json!({"--additional-python-modules": format!("s3://BUCKET/{wheel},pyarrow")});
    let are_files = plan.objects.iter().any(is_file);
    let objects = match are_files {
        true => "The plan has files: every machine must have them at the paths of the plan.\n",
        false => "",
    };
    let glue = match are_files {
        true => "AWS Glue mounts no file systems, so it cannot read the files of this plan.\n".to_owned(),
        false => format!(
            "AWS Glue mounts no file systems: copy the directory of the audit to the driver before `main()`, and back after it.
  aws glue create-job --name banister --role ROLE --glue-version 5.0 --worker-type G.1X --number-of-workers 10 \\
    --command Name=glueetl,ScriptLocation=s3://BUCKET/job.py,PythonVersion=3 --default-arguments {}
  aws glue start-job-run --job-name banister --arguments {}
",
            quoted(&install.to_string()),
            quoted(&serde_json::Value::Object(pairs(&arguments)).to_string())
        ),
    };
    format!(
        "{units} objects, {:.1} MB. Save this as job.py, and run it with one of these commands.
{objects}
Spark, on one machine or a cluster:
  python -m pip install pyspark pyarrow {wheel}
  spark-submit --master 'local[*]' job.py {shell}
  spark-submit --master spark://MASTER:7077 --conf spark.pyspark.python=PYTHON job.py {shell}

Amazon EMR. A bootstrap action installs {wheel} and pyarrow, and mounts the directory of the audit:
  aws emr add-steps --cluster-id CLUSTER --steps {}

{glue}
Then:
  banister audit finalize {}
",
        bytes as f64 / 1e6,
        quoted(&step.to_string()),
        quoted(&args.out.display().to_string())
    )
}

/// Returns options with their values, as AWS Glue passes them.
fn pairs(arguments: &[String]) -> serde_json::Map<String, serde_json::Value> {
    let (pairs, _) = arguments.as_chunks::<2>();
    pairs.iter().map(|[name, value]| (name.clone(), value.clone().into())).collect()
}

/// Returns the arguments of the job: options with a value each.
fn arguments(args: &SparkArgs, policy: &PolicyRef, tasks: u64) -> Vec<String> {
    let path = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let policy = match policy {
        PolicyRef::Pack(name) => name.clone(),
        PolicyRef::File(file) => path(file),
    };
    let format = match args.findings_format {
        FindingsFormatArg::Parquet => "parquet",
        FindingsFormatArg::Jsonl => "jsonl",
        FindingsFormatArg::Both => "both",
    };
    let decisions = if args.decisions { "yes" } else { "no" };
    let tasks = tasks.to_string();
    let options = [
        ("--out", path(&args.out)),
        ("--policy", policy),
        ("--findings-format", format.to_owned()),
        ("--decisions", decisions.to_owned()),
        ("--partitions", tasks),
    ];
    options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect()
}

/// Returns an argument as a shell reads it.
fn quoted(argument: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-=:".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(is_plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn arguments_are_quoted_for_a_shell() {
        for (argument, expected) in [
            ("/data/audit-1_2.yaml", "/data/audit-1_2.yaml"),
            ("", "''"),
            ("my audit", "'my audit'"),
            ("$(reboot)`x`", "'$(reboot)`x`'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(argument), expected);
        }
    }
}
