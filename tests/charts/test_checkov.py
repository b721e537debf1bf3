"""Checkov scans what the umbrella renders to with each set of values, and reports only what is skipped here."""

import json
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.deploy.charts import VALUE_SETS, render_values_set

CHECKOV = Path(sys.prefix) / "checkov" / "bin" / "python"
# In one process and without the requests that the command line sends to its vendor.
PROGRAM = """
import json, sys
from checkov.kubernetes.runner import Runner
from checkov.runner_filter import RunnerFilter
report = Runner().run(root_folder=sys.argv[1], runner_filter=RunnerFilter(framework=["kubernetes"]))
failed = [(check.check_id, check.resource, check.check_name) for check in report.failed_checks]
print(json.dumps({"passed": len(report.passed_checks), "failed": failed, "unread": report.parsing_errors}))
"""
SKIPPED = {
    "CKV_K8S_8": (" Pod.bellwether.demo-test", "the pod of `helm test` ends by itself: it needs no liveness probe"),
    "CKV_K8S_9": (
        " Pod.bellwether.demo-test",
        "the pod of `helm test` serves no requests: it needs no readiness probe",
    ),
    "CKV_K8S_15": ("", "tags are versions, which do not move; a node can start a pod while the registry is down"),
    "CKV_K8S_35": (
        "",
        "settings are environment variables; those that contain passwords come from Secrets",
    ),
    "CKV_K8S_43": ("", "only the builder of the images knows their digests: image.digest takes them"),
}
BAD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "bad", "namespace": "planted"},
    "spec": {"containers": [{"name": "bad", "image": "bad:1", "securityContext": {"privileged": True}}]},
}


def test_only_skipped_checks_should_fail(tmp_path: Path) -> None:
    for name in VALUE_SETS:
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(render_values_set(name)))
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(BAD))
    assert CHECKOV.exists(), "checkov is not installed: run `make chart`"
    result = subprocess.run([CHECKOV, "-c", PROGRAM, tmp_path], capture_output=True, text=True, check=True)
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["unread"] == []
    assert report["passed"] > 1500
    planted = {check for check, resource, _ in report["failed"] if ".planted.bad" in resource}
    assert "CKV_K8S_16" in planted  # privileged
    unexpected = [
        (check, resource, title)
        for check, resource, title in report["failed"]
        if ".planted." not in resource and SKIPPED.get(check, ("-", ""))[0].strip() not in resource
    ]
    assert unexpected == []
    assert {check for check, resource, _ in report["failed"] if ".planted." not in resource} == SKIPPED.keys()
