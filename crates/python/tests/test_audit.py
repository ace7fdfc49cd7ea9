"""Audits whose units other machines scan. integrations/spark/test compares them with those of the command line."""

import gzip
import json
from pathlib import Path

import pytest

import banister
from banister.audit import AuditScan, UnitScanner
from conftest import POLICY


@pytest.fixture
def plan(tmp_path):
    """Returns a directory with the plan of an archive, as `banister audit plan` writes it."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for number in range(3):
        lines = [json.dumps({"text": f"{line} jane.roe@example.com"}) for line in range(number + 1)]
        (logs / f"{number}.json.gz").write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    return make_plan(tmp_path / "out", sorted(logs.iterdir()))


def make_plan(out, files):
    import hashlib

    objects = []
    for path in files:
        stat = path.stat()
        fields = ["unit", str(path), stat.st_size, str(stat.st_mtime_ns)]
        digest = hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()
        objects.append(dict(zip(["object_id", "role", "uri", "size", "modified"], [digest, *fields])))
    header = {"format": "banister-audit plan 1", "inputs": ["logs"], "objects": len(objects)}
    out.mkdir()
    (out / "plan.jsonl").write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in [header, *objects]))
    return out


def results(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != "lock"}


def scan_all(out, guardrail, order=lambda units: units, times=1):
    with AuditScan(out, guardrail, findings_format="both") as scan:
        scanner = UnitScanner(scan.job)
        for unit in order(scan.pending()) * times:
            scan.add(scanner.scan(unit))
        assert scan.pending() == []
    return results(out)


def test_a_scan_is_the_same_in_any_order_and_number(guardrail, plan, tmp_path):
    other, third = tmp_path / "other", tmp_path / "third"
    for copy in (other, third):
        copy.mkdir()
        (copy / "plan.jsonl").write_bytes((plan / "plan.jsonl").read_bytes())
    once = scan_all(plan, guardrail)
    assert scan_all(other, guardrail, order=lambda units: units[::-1]) == once
    assert scan_all(third, guardrail, times=2) == once
    receipts = [json.loads(content) for name, content in once.items() if name.startswith("receipts/")]
    assert sorted(sum(receipt["tally"]["findings"].values()) for receipt in receipts) == [1, 2, 3]
    assert not any(b"jane.roe" in content for content in once.values())


def test_a_scan_continues(guardrail, plan):
    with AuditScan(plan, guardrail) as scan:
        pending = scan.pending()
        sizes = [json.loads(unit)["size"] for unit in pending]
        assert sizes == sorted(sizes, reverse=True), "the largest first"
        scan.add(UnitScanner(scan.job).scan(pending[0]))
    with AuditScan(plan, guardrail) as scan:
        assert scan.pending() == pending[1:]


def test_temporary_files_are_removed(guardrail, plan, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with AuditScan(plan, guardrail) as scan:
        scanner = UnitScanner(scan.job)
        assert len(list(temporary.iterdir())) == 1
        scanner.scan(scan.pending()[0])
        del scanner
    assert list(temporary.iterdir()) == []


def test_objects_that_changed_are_said_to_be(guardrail, plan):
    with AuditScan(plan, guardrail) as scan:
        unit = scan.pending()[0]
        Path(json.loads(unit)["uri"]).write_text("other content")
        ((_, receipt),) = [file for file in UnitScanner(scan.job).scan(unit) if file[0].startswith("receipts/")]
    assert json.loads(receipt)["reason"] == "changed"


def test_other_policies_and_settings_are_rejected(guardrail, plan):
    other = banister.Guardrail.from_yaml(POLICY.replace("IP_ADDRESS", "URL"))
    with AuditScan(plan, guardrail) as scan:
        job = scan.job
        with pytest.raises(banister.AuditError, match="another audit is running"):
            AuditScan(plan, guardrail)
    with pytest.raises(banister.AuditError, match="another policy"):
        AuditScan(plan, other)
    with pytest.raises(banister.AuditError, match="another policy, other options"):
        AuditScan(plan, guardrail, decisions=True)

    changed = json.loads(job)
    changed["settings"]["policy"]["digest"] = other.digest
    with pytest.raises(banister.AuditError, match="is another one on this machine"):
        UnitScanner(json.dumps(changed))
    changed = json.loads(job)
    changed["settings"]["engine_digest"] = "0" * 64
    with pytest.raises(banister.AuditError, match="same version"):
        UnitScanner(json.dumps(changed))
    for broken in ("", "{}", job[:-1], "[]"):
        with pytest.raises(ValueError, match="job"):
            UnitScanner(broken)


def test_files_that_are_not_of_a_unit_are_rejected(guardrail, plan):
    with AuditScan(plan, guardrail) as scan:
        scanner, (unit, second, _) = UnitScanner(scan.job), scan.pending()
        files = scanner.scan(unit)
        before = results(plan)
        for wrong in (
            [],
            files[:-1],
            files + files[-1:],
            files + scanner.scan(second),
            [("../evil", b"")],
            [*files, ("receipts/../../evil.json", b"")],
        ):
            with pytest.raises(banister.AuditError, match="not those of one unit"):
                scan.add(wrong)
        assert results(plan) == before
        scan.add(files)
        scan.add(files)
        name, content = files[-1]
        with pytest.raises(banister.AuditError, match="disagrees"):
            scan.add([*files[:-1], (name, content.replace(b"complete", b"partial"))])
        for broken in ("", "{}", unit.replace("unit", "side"), unit.replace("0.json.gz", "1.json.gz").replace("2.json.gz", "0.json.gz")):
            with pytest.raises((ValueError, banister.AuditError)):
                scanner.scan(broken)
    with pytest.raises(ValueError, match="closed"):
        scan.pending()


def test_bad_arguments(guardrail, plan, tmp_path):
    for bad in ({"findings_format": "csv"}, {"format": "xml"}, {"source": "both"}, {"max_line_bytes": 1}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            AuditScan(plan, guardrail, **bad)
    with pytest.raises(banister.AuditError, match="plan"):
        AuditScan(tmp_path / "none", guardrail)
    with pytest.raises(TypeError):
        AuditScan(plan, "default")
