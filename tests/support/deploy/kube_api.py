"""The part of a Kubernetes API server that Helm calls in a dry run: discovery and stored objects."""

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
    """Serves the kinds of `objects`, and the objects in `stored` by path."""

    objects: Objects
    url: str = ""
    stored: dict[str, Json] = field(default_factory=dict)

    def store_secret(self, secret: Json) -> None:
        """Store a Secret as an installation would."""
        path = f"/api/v1/namespaces/{NAMESPACE}/secrets/{secret['metadata']['name']}"
        self.stored[path] = secret

    def kubeconfig(self) -> str:
        """Build a kubeconfig for this server."""
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

    def get(self, path: str) -> Json | None:
        """Return the document at a path, or None."""
        resources: dict[str, list[Json]] = defaultdict(list)
        for version, kind in sorted({(item["apiVersion"], item["kind"]) for item in self.objects}):
            plural = kind.lower().replace("policy", "policie") + "s"
            resources[version].append({"name": plural, "kind": kind, "namespaced": True, "verbs": ["get"]})
        named = {version: version.partition("/")[::2] for version in resources if "/" in version}
        groups = [
            {"name": group, "versions": [entry], "preferredVersion": entry}
            for whole, (group, version) in named.items()
            for entry in [{"groupVersion": whole, "version": version}]
        ]
        documents: dict[str, Json] = {
            "/version": {"major": "1", "minor": "37", "gitVersion": "v1.37.0"},
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups},
            "/openapi/v3": {"paths": {}},
            f"/api/v1/namespaces/{NAMESPACE}/secrets": {"kind": "SecretList", "apiVersion": "v1", "items": []},
        }
        for version, entries in resources.items():
            root = "apis" if "/" in version else "api"
            resource_list = {"kind": "APIResourceList", "groupVersion": version, "resources": entries}
            documents[f"/{root}/{version}"] = resource_list
        return (documents | self.stored).get(path)


@contextmanager
def kube_api(objects: Objects) -> Iterator[KubeApi]:
    """Run an API server on loopback that serves the kinds of these objects."""
    api = KubeApi(objects)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            document = api.get(path)
            missing = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
            is_protobuf = path == "/openapi/v2"  # an empty document in the encoding that Helm expects
            body = b"" if is_protobuf else json.dumps(document or missing).encode()
            self.send_response(200 if document or is_protobuf else 404)
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
