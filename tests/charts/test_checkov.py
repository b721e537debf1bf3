"""Checkov looks through all that the umbrella renders to, with each set of values, and finds nothing but this."""

import json
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.deploy.charts import VALUE_SETS, rendered

CHECKOV = Path(sys.prefix) / "checkov" / "bin" / "python"
# In one process, without the command line's calls to its vendor's servers.
PROGRAM = """
import json, sys
from checkov.kubernetes.runner import Runner
from checkov.runner_filter import RunnerFilter
report = Runner().run(root_folder=sys.argv[1], runner_filter=RunnerFilter(framework=["kubernetes"]))
failed = [(found.check_id, found.resource, found.check_name) for found in report.failed_checks]
print(json.dumps({"passed": len(report.passed_checks), "failed": failed, "unread": report.parsing_errors}))
"""
SKIPPED = {
    "CKV_K8S_8": (" Pod.bellwether.demo-test", "the pod of `helm test` ends by itself: nobody asks whether it lives"),
    "CKV_K8S_9": (" Pod.bellwether.demo-test", "the pod of `helm test` serves nobody: it is never ready"),
    "CKV_K8S_15": ("", "tags are versions, which do not move; a node starts a pod while the registry is down"),
    "CKV_K8S_35": (
        "",
        "addresses with passwords are settings, and settings are variables; the variables are from Secrets",
    ),
    "CKV_K8S_43": ("", "who builds the images knows their digests: image.digest takes them"),
}
BAD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "bad", "namespace": "planted"},
    "spec": {"containers": [{"name": "bad", "image": "bad:1", "securityContext": {"privileged": True}}]},
}


def test_nothing_should_be_found_but_what_is_skipped_for_a_reason(tmp_path: Path) -> None:
    for name in VALUE_SETS:
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(rendered(name)))
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(BAD))
    assert CHECKOV.exists(), "checkov is not installed: run `make chart`"
    ran = subprocess.run([CHECKOV, "-c", PROGRAM, tmp_path], capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["unread"] == []
    assert found["passed"] > 1500
    planted = {check for check, resource, _ in found["failed"] if ".planted.bad" in resource}
    assert "CKV_K8S_16" in planted  # privileged
    unexpected = [
        (check, resource, title)
        for check, resource, title in found["failed"]
        if ".planted." not in resource and SKIPPED.get(check, ("-", ""))[0].strip() not in resource
    ]
    assert unexpected == []
    assert {check for check, resource, _ in found["failed"] if ".planted." not in resource} == SKIPPED.keys()
