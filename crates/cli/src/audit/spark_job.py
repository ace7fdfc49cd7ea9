"""Scans the plan of an audit on Apache Spark. Every machine needs Python with `banister`, pyarrow and pyspark 3.5 or newer.

The driver needs the directory of the audit, and all machines the objects of the plan and the directory for results.
`banister audit finalize` ends the audit: its findings and digests are those of a scan on one machine.
"""

import argparse
import os

import banister
import pyarrow
from pyspark.sql import SparkSession

FILES = pyarrow.map_(pyarrow.string(), pyarrow.binary())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="directory of the audit")
    parser.add_argument("--policy", default="default", help="policy pack or file [default]")
    parser.add_argument("--findings-format", default="parquet", choices=["parquet", "jsonl", "both"])
    parser.add_argument("--decisions", default="no", choices=["no", "yes"], help="join calls with decision records [no]")
    parser.add_argument("--results", help="where machines leave results until the driver adds them [OUT.spark]")
    parser.add_argument("--partitions", type=int, help="number of tasks [4 for each core, one object at least]")
    args, others = parser.parse_known_args()
    # AWS Glue adds arguments of its own.
    if others and "GLUE_VERSION" not in os.environ:
        parser.error(f"unknown arguments: {' '.join(others)}")

    is_pack = args.policy in banister.Guardrail.pack_names()
    load = banister.Guardrail.from_pack if is_pack else banister.Guardrail.from_file
    options = {"findings_format": args.findings_format, "decisions": args.decisions == "yes"}
    spark = SparkSession.builder.appName("banister audit").getOrCreate()
    with banister.audit.AuditScan(args.out, load(args.policy), **options) as scan:
        pending = scan.pending()
        if pending:
            results = args.results or f"{args.out.rstrip('/')}.spark"
            partitions = args.partitions or min(len(pending), 4 * spark.sparkContext.defaultParallelism)
            job = spark.sparkContext.broadcast(scan.job)

            def scan_units(batches):
                scanner = banister.audit.UnitScanner(job.value)
                for batch in batches:
                    for unit in batch.column("unit").to_pylist():
                        yield pyarrow.record_batch({"files": pyarrow.array([scanner.scan(unit)], FILES)})

            # In turn, so that every task has as many large objects as the others.
            units = [(unit,) for task in range(partitions) for unit in pending[task::partitions]]
            rows = spark.sparkContext.parallelize(units, partitions).toDF("unit string")
            rows.mapInArrow(scan_units, "files map<string, binary>").write.mode("overwrite").parquet(results)
            for row in spark.read.parquet(results).toLocalIterator():
                scan.add([(name, bytes(content)) for name, content in row.files.items()])
        print(f"scanned {len(pending)} objects; run `banister audit finalize {args.out}`")


if __name__ == "__main__":
    main()
