"""As much of a Kubernetes API server as Helm asks when it tries an installation: what there is, and what is stored."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import yaml

from tests.support.deploy.charts import NAMESPACE, Json, Objects


@dataclass
class KubeApi:
    """Knows the kinds of `objects`, and has the objects in `stored` by their path."""

    objects: Objects
    url: str = ""
    stored: dict[str, Json] = field(default_factory=dict)

    def store_secret(self, secret: Json) -> None:
        """Store a Secret as an installation leaves it."""
        path = f"/api/v1/namespaces/{NAMESPACE}/secrets/{secret['metadata']['name']}"
        self.stored[path] = secret

    def kubeconfig(self) -> str:
        """Return a kubeconfig that leads here."""
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "here", "cluster": {"server": self.url}}],
                "users": [{"name": "me", "user": {}}],
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
                "current-context": "here",
            }
        )

    def answer(self, path: str) -> Json | None:
        """Return what is at a path, None if there is nothing."""
        resources: dict[str, list[Json]] = defaultdict(list)
        for version, kind in sorted({(found["apiVersion"], found["kind"]) for found in self.objects}):
            plural = kind.lower().replace("policy", "policie") + "s"
            resources[version].append({"name": plural, "kind": kind, "namespaced": True, "verbs": ["get"]})
        named = {version: version.partition("/")[::2] for version in resources if "/" in version}
        groups = [
            {"name": group, "versions": [about], "preferredVersion": about}
            for whole, (group, version) in named.items()
            for about in [{"groupVersion": whole, "version": version}]
        ]
        known: dict[str, Json] = {
            "/version": {"major": "1", "minor": "37", "gitVersion": "v1.37.0"},
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups},
            "/openapi/v3": {"paths": {}},
            f"/api/v1/namespaces/{NAMESPACE}/secrets": {"kind": "SecretList", "apiVersion": "v1", "items": []},
        }
        for version, found in resources.items():
            root = "apis" if "/" in version else "api"
            listed = {"kind": "APIResourceList", "groupVersion": version, "resources": found}
            known[f"/{root}/{version}"] = listed
        return (known | self.stored).get(path)


@contextmanager
def kube_api(objects: Objects) -> Iterator[KubeApi]:
    """Yield an API server on loopback that knows the kinds of these objects."""
    api = KubeApi(objects)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            found = api.answer(path)
            missing = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
            is_protobuf = path == "/openapi/v2"  # an empty document, in the form that Helm wants
            body = b"" if is_protobuf else json.dumps(found or missing).encode()
            self.send_response(200 if found or is_protobuf else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        yield api
        server.shutdown()
        thread.join()
