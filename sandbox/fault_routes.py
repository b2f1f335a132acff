"""Faults over HTTP: put one in force, see them all, take them away; for those who hold no Python object."""

import json

from flask import Flask, jsonify, request
from werkzeug.wrappers import Response

from sandbox.faults import Faults, fault_from


def register(app: Flask, faults: Faults) -> None:
    """Serve /_sandbox/faults: GET, POST a fault as JSON, DELETE all or those with `?tag=`."""

    def serve() -> Response:
        if request.method == "POST":
            try:
                faults.add(fault_from(request.get_json()))
            except ValueError as exc:
                return Response(json.dumps({"error": str(exc)}), 400, content_type="application/json")
        elif request.method == "DELETE":
            faults.clear(request.args.get("tag"))
        return jsonify(faults.told())

    app.add_url_rule("/_sandbox/faults", "faults", serve, methods=["GET", "POST", "DELETE"])
