"""Objects of a cluster, validated as an API server would that refuses unknown fields: those of Kubernetes itself by its own
schemas, others by the schemas of their custom resources, translated to JSON Schema."""

import json
import os

import jsonschema
import kubernetes_validate
import yaml

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schemas")
KUBERNETES = "1.36"


def translated(schema):
    """A structural schema (`openAPIV3Schema`) as JSON Schema: fields that it does not name are refused."""
    if isinstance(schema, list):
        return [translated(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    properties = schema.get("properties")
    new = {
        key: value if key in ("enum", "default") else translated(value)
        for key, value in schema.items()
        if key not in ("properties", "format")
    }
    if properties is not None:
        new["properties"] = {name: translated(field) for name, field in properties.items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            new.setdefault("additionalProperties", False)
    if schema.get("x-kubernetes-int-or-string"):
        new.pop("type", None)
        new["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    if schema.get("nullable") and "type" in new:
        new["type"] = [new["type"], "null"]
    return new


def validator(kind, version):
    file = os.path.join(SCHEMAS, f"{kind}.crd.json")
    if not os.path.exists(file):
        return None
    crd = json.load(open(file))
    assert crd["apiVersion"] == version, f"{kind} is {version}, its schema {crd['apiVersion']}"
    schema = translated(crd["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    return jsonschema.Draft202012Validator(schema)


def validated(path):
    """The objects of a file, all of them valid."""
    objects = list(yaml.safe_load_all(open(path)))
    assert objects and all(objects), f"{path}: an object is empty"
    for one in objects:
        custom = validator(one["kind"], one["apiVersion"])
        if custom is None:
            kubernetes_validate.validate(one, KUBERNETES, strict=True)
        else:
            custom.validate(one)
            # A field misspelt anywhere must be found, or nothing of this says anything.
            assert not custom.is_valid({**one, "spec": {**one["spec"], "speling": 1}})
    return objects
