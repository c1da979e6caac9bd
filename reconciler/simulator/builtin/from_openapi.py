#!/usr/bin/env python3
"""Writes kinds.tsv and types.txt from a real kube-apiserver: from_openapi.py https://127.0.0.1:6443 TOKEN

Run it when the simulator moves to another Kubernetes version. The notation is explained in ../schema.h.
"""
import json, ssl, sys, urllib.request

SERVER, TOKEN = sys.argv[1], sys.argv[2]
SKIPPED_GROUPS = {"resource.k8s.io", "flowcontrol.apiserver.k8s.io", "certificates.k8s.io", "events.k8s.io",
                  "authentication.k8s.io", "authorization.k8s.io"}
SKIPPED = {"bindings", "componentstatuses", "podtemplates", "ipaddresses", "servicecidrs"}
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
GRANULAR = set()
UNTYPED = ("RawExtension", ".JSON", "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray")


def get(path, accept="application/json"):
    request = urllib.request.Request(SERVER + path, headers={"Authorization": "Bearer " + TOKEN, "Accept": accept})
    return json.load(urllib.request.urlopen(request, context=ssl._create_unverified_context()))


def short(name):
    for prefix in ("io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.apiextensions-apiserver.pkg.apis.",
                   "io.k8s.kube-aggregator.pkg.apis.", "io.k8s.apimachinery.pkg."):
        if name.startswith(prefix):
            return name[len(prefix):]
    return name


def spec_of(schema, used):
    schema = dict(schema)
    default = schema.get("default")
    if "allOf" in schema and len(schema["allOf"]) == 1:
        schema.update(schema["allOf"][0])
    text = shape_of(schema, used)
    if default not in (None, "", {}, 0, False, []):
        text += "=" + json.dumps(default, separators=(",", ":"))
    return text


def shape_of(schema, used):
    if "$ref" in schema:
        name = schema["$ref"].split("/")[-1]
        if name.endswith("api.resource.Quantity"): return "q"
        if name.endswith("IntOrString"): return "I"
        if name.endswith(("meta.v1.Time", "meta.v1.MicroTime")): return "s"
        if name.endswith("FieldsV1") or name.endswith(UNTYPED): return "*"
        used.add(name)
        if schema.get("x-kubernetes-map-type") == "granular":  # this field alone: a type of its own
            GRANULAR.add(name)
            return "@" + short(name) + ".granular"
        return ("~@" if schema.get("x-kubernetes-map-type") == "atomic" else "@") + short(name)
    kind = schema.get("type")
    if kind == "array":
        item = spec_of(schema["items"], used)
        style = schema.get("x-kubernetes-list-type")
        if style == "map": return "[" + item + "|" + ",".join(schema["x-kubernetes-list-map-keys"]) + "]"
        if style == "set": return "[" + item + "|]"
        # Lists without a type are atomic, but for two that have a merge strategy older than list types.
        return "[" + item + "]"
    if kind == "object":
        atomic = "~" if schema.get("x-kubernetes-map-type") == "atomic" else ""
        if "additionalProperties" in schema: return atomic + "{" + spec_of(schema["additionalProperties"], used) + "}"
        return "*"
    return {"string": "s", "integer": "i", "number": "n", "boolean": "b"}.get(kind, "*")


def main():
    types, tops, documents = {}, set(), {}
    lines = []
    groups = get("/api", DISCOVERY)["items"] + get("/apis", DISCOVERY)["items"]
    for group in sorted(groups, key=lambda g: g["metadata"].get("name", "")):
        name = group["metadata"].get("name", "")
        if name in SKIPPED_GROUPS: continue
        for version in group["versions"]:
            v = version["version"]
            document = get("/openapi/v3/" + (f"apis/{name}/{v}" if name else f"api/{v}"))["components"]["schemas"]
            documents.update(document)
            by_kind = {(x["group"], x["version"], x["kind"]): n for n, s in document.items()
                       for x in s.get("x-kubernetes-group-version-kind", [])}
            for r in version["resources"]:
                if r["resource"] in SKIPPED or "list" not in r["verbs"]: continue
                kind = r["responseKind"]["kind"]
                top = by_kind[(name, v, kind)]
                tops.add(top)
                sub = [s["subresource"] for s in r.get("subresources", []) if s["subresource"] in ("status", "scale", "finalize")]
                lines.append("\t".join([name, v, r["resource"], r["singularResource"], kind,
                                        "namespaced" if r["scope"] == "Namespaced" else "cluster",
                                        ",".join(r.get("shortNames", [])), ",".join(r.get("categories", [])), ",".join(sub), short(top)]))
    open("kinds.tsv", "w").write("\n".join(lines) + "\n")
    todo = set(tops)
    while todo:
        name = todo.pop()
        used = set()
        s = documents[name]
        required = set(s.get("required", []))
        fields = [k + ("!" if k in required else "") + ":" + spec_of(p, used) for k, p in sorted(s.get("properties", {}).items())]
        if "properties" not in s: fields = ["*"]
        types[short(name)] = ("~" if s.get("x-kubernetes-map-type") == "atomic" else "") + " ".join(fields)
        todo |= {u for u in used if short(u) not in types}
    for name in GRANULAR:
        types[short(name) + ".granular"] = types[short(name)].removeprefix("~")
    open("types.txt", "w").write("".join(f"{n} {t}\n" for n, t in sorted(types.items())))


main()
